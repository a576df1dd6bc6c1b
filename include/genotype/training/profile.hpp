// Where the time of a training step goes, by layer and direction.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/kernels/device.hpp"
#include "genotype/network/run.hpp"
#include "genotype/network/summary.hpp"
#include "genotype/network/type_name.hpp"

namespace genotype::inline v0_1 {

/// Collects, while it lives, the times of everything that runs on a `Profiled` device in the thread that made it.
///
///     Trainer<Dcgan, Profiled<Cpu>> trainer({.batch = 64});
///     Profile profile;
///     for (auto batch : loader) profile.step([&] { trainer.step(batch); });
///     std::puts(profile.table().c_str());
///
/// `Trainer<Dcgan>` itself holds no trace of this. The first step allocates the rows, later ones allocate nothing.
/// PyTorch: torch.profiler.profile.
class Profile {
  public:
    enum Column { forward, backward, weight_gradient, columns };

    /// The runs of one type of layer on one shape of input (equal layers share a row), or of one kernel that runs
    /// outside layers. `backward` is without the weight gradient where a kernel of its own makes that.
    struct Row {
        std::string_view raw_name;
        Dims in;
        std::array<double, columns> seconds{};

        std::string name() const { return detail::readable_type_name(raw_name); }
        std::string input() const { return in.rank > 0 ? detail::shape_text(in) : ""; }
        double total() const { return seconds[forward] + seconds[backward] + seconds[weight_gradient]; }
    };

    Profile() : outer_(std::exchange(current(), this)) {}
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;
    ~Profile() { current() = outer_; }

    /// Runs one step. What no row accounts for is the row "(rest of the step)".
    template <class Step>
    void step(Step&& run) {
        ++steps_;
        const Span whole("(rest of the step)", Dims{0}, forward);
        run();
    }

    long steps() const { return steps_; }
    std::span<const Row> rows() const { return rows_; }

    /// Forgets everything, such as steps that warmed the machine up.
    void clear() {
        rows_.clear();
        steps_ = 0;
    }

    /// A Markdown table of milliseconds a step.
    std::string table() const {
        double whole = 0;
        for (const Row& row : rows_) whole += row.total();
        std::string text = "| layer or kernel | input | forward ms | backward ms | weight gradient ms | share |\n";
        text += "|---|---|--:|--:|--:|--:|\n";
        const double scale = 1e3 / static_cast<double>(std::max(steps_, 1L));
        for (const Row& row : rows_) {
            text += "| `" + row.name() + "` | " + row.input() + " |";
            for (const double seconds : row.seconds) text += cell("%.3f", seconds * scale);
            text += cell("%.1f %%", 100 * row.total() / whole) + "\n";
        }
        return text + "| in all | |" + cell("%.3f", whole * scale) + " | | 100 % |\n";
    }

    /// Time from its making to its end, less that of the spans within.
    class Span {
      public:
        Span(std::string_view raw_name, Dims in, Column column) : profile_(current()) {
            if (!profile_) return;
            row_ = profile_->find(raw_name, in);
            column_ = column;
            outer_ = std::exchange(profile_->innermost_, this);
            start_ = Clock::now();
        }
        Span(const Span&) = delete;
        Span& operator=(const Span&) = delete;
        ~Span() {
            if (!profile_) return;
            const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
            profile_->rows_[row_].seconds[column_] += seconds - within_;
            profile_->innermost_ = outer_;
            if (outer_) outer_->within_ += seconds;
        }

      private:
        friend class Profile;
        using Clock = std::chrono::steady_clock;
        Profile* profile_;
        Span* outer_ = nullptr;
        std::size_t row_ = 0;
        Column column_ = forward;
        double within_ = 0;
        Clock::time_point start_;
    };

    /// Runs a kernel as a part of the layer around it: in `column` of its row, or where it is where that is `columns`.
    /// Outside layers it gets a row named `kernel`.
    template <class Kernel>
    static void watch(std::string_view kernel, Column column, Kernel&& run) {
        const Span* around = current() ? current()->innermost_ : nullptr;
        const Row* layer = around ? &current()->rows_[around->row_] : nullptr;
        const bool in_layer = layer && layer->in.rank > 0;
        if (in_layer && column == columns) return run();
        const Span span(in_layer ? layer->raw_name : kernel, in_layer ? layer->in : Dims{0},
                        column == columns ? forward : column);
        run();
    }

  private:
    /// The profile of this thread: a device is a tag and carries nothing, so there is no other way to it.
    static Profile*& current() {
        static thread_local Profile* profile = nullptr;
        return profile;
    }

    std::size_t find(std::string_view raw_name, Dims in) {
        for (std::size_t row = 0; row < rows_.size(); ++row)
            if (rows_[row].in == in && rows_[row].raw_name == raw_name) return row;
        rows_.push_back({raw_name, in, {}});
        return rows_.size() - 1;
    }

    static std::string cell(const char* format, double value) {
        char text[32];
        std::snprintf(text, sizeof text, format, value);
        return std::string(" ") + text + " |";
    }

    std::vector<Row> rows_;
    long steps_ = 0;
    Span* innermost_ = nullptr;
    Profile* outer_ = nullptr;
};

/// Another device that tells the thread's `Profile` when each layer runs. Its kernels are those of `Device`.
template <class Device>
struct Profiled : Device {
    template <Layer L>
    static Profile::Span watch(RunDirection direction, Dims in) {
        return {detail::raw_type_name<L>(), in,
                direction == RunDirection::forward ? Profile::forward : Profile::backward};
    }
};

}  // namespace genotype::inline v0_1

namespace genotype::inline v0_1::kernels {

namespace detail {
/// The device within.
template <class Device>
const Device& unwatched(const Profiled<Device>& device) {
    return device;
}
}  // namespace detail

// Kernels that are watched by themselves: the weight gradient within a layer, and what runs outside layers.
template <class Device, class... Arguments>
void convolve_weight_gradient(const Profiled<Device>& device, Arguments&&... arguments) {
    Profile::watch("convolve_weight_gradient", Profile::weight_gradient,
                   [&] { convolve_weight_gradient(detail::unwatched(device), std::forward<Arguments>(arguments)...); });
}
template <class Device, class... Arguments>
void matmul_weight_gradient(const Profiled<Device>& device, Arguments&&... arguments) {
    Profile::watch("matmul_weight_gradient", Profile::weight_gradient,
                   [&] { matmul_weight_gradient(detail::unwatched(device), std::forward<Arguments>(arguments)...); });
}
template <class Device, class... Arguments>
void fill_normal(const Profiled<Device>& device, Arguments&&... arguments) {
    Profile::watch("fill_normal: noise", Profile::columns,
                   [&] { fill_normal(detail::unwatched(device), std::forward<Arguments>(arguments)...); });
}
template <class Device, class... Arguments>
void pack(const Profiled<Device>& device, Arguments&&... arguments) {
    Profile::watch("pack: forms of the weights", Profile::columns,
                   [&] { pack(detail::unwatched(device), std::forward<Arguments>(arguments)...); });
}
template <class Device, class... Arguments>
void update(const Profiled<Device>& device, Arguments&&... arguments) {
    Profile::watch("update: optimizer", Profile::columns,
                   [&] { update(detail::unwatched(device), std::forward<Arguments>(arguments)...); });
}
template <class Device, class... Arguments>
void map(const Profiled<Device>& device, Arguments&&... arguments) {
    Profile::watch("map: losses' gradients", Profile::columns,
                   [&] { map(detail::unwatched(device), std::forward<Arguments>(arguments)...); });
}
template <class Device, class... Arguments>
void sum(const Profiled<Device>& device, Arguments&&... arguments) {
    Profile::watch("sum: losses", Profile::columns,
                   [&] { sum(detail::unwatched(device), std::forward<Arguments>(arguments)...); });
}

}  // namespace genotype::inline v0_1::kernels
