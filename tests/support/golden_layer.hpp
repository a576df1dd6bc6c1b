// Runs a leaf layer over memory full of NaN, on both devices, and compares with PyTorch.
#pragma once

#include <limits>
#include <memory>

#include "genotype/layers/layer.hpp"
#include "support/devices.hpp"
#include "support/golden.hpp"

namespace golden {

/// Floats on a line of 64 bytes, NaN at first.
class Block {
  public:
    explicit Block(long size) : owner_(static_cast<std::size_t>(size) + line), size_(static_cast<std::size_t>(size)) {
        std::fill(owner_.begin(), owner_.end(), std::numeric_limits<float>::quiet_NaN());
        void* place = owner_.data();
        std::size_t space = owner_.size() * sizeof(float);
        data_ = static_cast<float*>(std::align(64, size_ * sizeof(float), place, space));
    }
    Block(Block&&) = default;
    Block& operator=(Block&&) = default;
    float* data() { return data_; }
    operator float*() { return data_; }
    std::span<const float> values() const { return {data_, size_}; }

  private:
    static constexpr std::size_t line = 64 / sizeof(float);
    std::vector<float> owner_;
    std::size_t size_;
    float* data_;
};

/// Memory for an extent.
class Space {
  public:
    Space(genotype::MemoryExtent extent, int batch)
        : per_sample_(extent.per_sample * batch), fixed_(extent.fixed), capacity_(batch) {}
    genotype::MemoryRegion region() { return {per_sample_, fixed_, capacity_}; }

  private:
    Block per_sample_, fixed_;
    int capacity_;
};

/// One case of cases/layers.py on one device. A layer that reads a name is given NAME/named, and where that has a
/// gradient it is to be NAME/named.grad, added to what was there.
template <class L, class Device>
class LayerCheck {
  public:
    LayerCheck(const File& file, const std::string& name, Tolerance tolerance)
        : file_(file), name_(name), tolerance_(tolerance), x_(file[name + "/x"]), y_(file[name + "/y"]) {
        REQUIRE(genotype::infer<L>(in_).dims == out_);
        load(L::parameters, "", parameters_);
        load(L::buffers, "", buffers_);
        L::prepare(Device{}, parameters_.data(), L::template packed<Device>().in(packed()));
        to_memory(sample_places(in_), batch_, x_.values.data(), x);
        to_memory(sample_places(out_), batch_, file[name + "/dy"].values.data(), dy);
        if constexpr (reads_name) {
            named_ = file.has(name + "/named") ? &file[name + "/named"] : nullptr;
            REQUIRE(named_);
            named = Block(named_->sample().count() * batch_);
            dnamed = Block(named_->sample().count() * batch_);
            to_memory(sample_places(named_->sample()), batch_, named_->values.data(), named);
        }
    }

    void run() {
        forward();
        backward("gradients written", dx, gradients_, false, 1);
        backward("gradients added", dx, gradients_, true, 2);
        backward("only dx wanted", dx, nullptr, false, 2);  // leaves the gradients alone
        backward("only gradients wanted", nullptr, gradients_, false, 1);
        infer(file_.has(name_ + "/y.inference") ? "/y.inference" : "/y");
        if constexpr (L::in_place) run_in_place();
    }

  private:
    void forward() {
        y = Block(y_count());
        genotype::RandomState random{};
        L::forward(Device{}, genotype::Training{},
                   genotype::Forward<genotype::Training>{batch_,
                                                         in_,
                                                         out_,
                                                         x,
                                                         y,
                                                         parameters_,
                                                         buffers_,
                                                         packed(),
                                                         kept_.region(),
                                                         Space(memory_.forward_scratch, batch_).region(),
                                                         &random,
                                                         nullptr,
                                                         value(nullptr)});
        compare_activation("/y", out_, y);
        compare(L::buffers, ".after", buffers_, 1);
    }

    genotype::Backward call(float* wanted_dx, float* gradients, bool accumulate, Space& scratch) {
        return {batch_,
                in_,
                out_,
                L::backward_reads_input ? x.data() : nullptr,
                L::backward_reads_output ? y.data() : nullptr,
                dy,
                wanted_dx,
                parameters_,
                gradients,
                packed(),
                accumulate,
                kept_.region(),
                scratch.region(),
                value(has_named_gradient() ? dnamed.data() : nullptr)};
    }

    /// Afterwards the parameters' gradients are to be `times` PyTorch's.
    void backward(const char* what, float* wanted_dx, float* wanted_gradients, bool accumulate, float times) {
        INFO(std::string(what));
        Space scratch(memory_.backward_scratch, batch_);
        if (wanted_dx) std::fill(wanted_dx, wanted_dx + x_count(), std::numeric_limits<float>::quiet_NaN());
        if constexpr (reads_name) std::fill_n(dnamed.data(), dnamed.values().size(), 0.25f);
        L::backward(Device{}, call(wanted_dx, wanted_gradients, accumulate, scratch));
        if (has_named_gradient()) {
            for (std::size_t i = 0; i < dnamed.values().size(); ++i) dnamed.data()[i] -= 0.25f;
            compare_activation("/named.grad", named_->sample(), dnamed);
        }
        if (wanted_dx) compare_activation("/dx", in_, dx);
        compare(L::parameters, ".grad", gradients_, times);
    }

    void infer(const char* expected) {
        INFO("inference");
        Block result(y_count());
        const genotype::LayerMemory memory = L::template memory<Device, genotype::Inference>(in_);
        L::forward(Device{}, genotype::Inference{},
                   genotype::Forward<genotype::Inference>{batch_,
                                                          in_,
                                                          out_,
                                                          x,
                                                          result,
                                                          parameters_,
                                                          buffers_,
                                                          packed(),
                                                          {},
                                                          Space(memory.forward_scratch, batch_).region(),
                                                          nullptr,
                                                          nullptr,
                                                          value(nullptr)});
        compare_activation(expected, out_, result);
    }

    void run_in_place() {
        INFO("in place");
        Block both = Block(x_count());
        std::copy_n(x.data(), x_count(), both.data());
        genotype::RandomState random{};
        L::forward(Device{}, genotype::Training{},
                   genotype::Forward<genotype::Training>{batch_,
                                                         in_,
                                                         out_,
                                                         both,
                                                         both,
                                                         parameters_,
                                                         buffers_,
                                                         packed(),
                                                         kept_.region(),
                                                         Space(memory_.forward_scratch, batch_).region(),
                                                         &random,
                                                         nullptr,
                                                         &of_text_});
        compare_activation("/y", out_, both);
        std::copy_n(dy.data(), y_count(), both.data());
        Space scratch(memory_.backward_scratch, batch_);
        genotype::Backward in_place = call(both, nullptr, false, scratch);
        in_place.dy = both;
        L::backward(Device{}, in_place);
        compare_activation("/dx", in_, both);
    }

    template <auto Size>
    void load(const std::array<genotype::Parameter, Size>& list, const std::string& suffix, Block& to) {
        for (int i = 0; i < static_cast<int>(Size); ++i) {
            const genotype::Parameter& tensor = list[static_cast<std::size_t>(i)];
            const Values& values = file_[name_ + "/" + tensor.name + suffix];
            REQUIRE(static_cast<long>(values.values.size()) == tensor.count());
            to_memory(places(tensor.dims, tensor.order), 1, values.values.data(), to + genotype::offset_in(list, i));
            if (tensor.initial.kind == genotype::Initial::counter)
                to[genotype::offset_in(list, i)] = 0;  // the bits of 0
        }
    }

    template <auto Size>
    void compare(const std::array<genotype::Parameter, Size>& list, const std::string& suffix, Block& got,
                 float times) {
        for (int i = 0; i < static_cast<int>(Size); ++i) {
            const genotype::Parameter& tensor = list[static_cast<std::size_t>(i)];
            INFO(std::string(tensor.name));
            std::vector<float> expected = file_[name_ + "/" + tensor.name + suffix].values;
            for (float& value : expected) value *= times;
            std::vector<float> result(static_cast<std::size_t>(tensor.count()));
            from_memory(places(tensor.dims, tensor.order), 1, got + genotype::offset_in(list, i), result.data());
            if (tensor.initial.kind == genotype::Initial::counter) {
                int count = 0;
                std::memcpy(&count, result.data(), sizeof count);
                result[0] = static_cast<float>(count);
            }
            check_close(result, expected, tolerance_);
        }
    }

    void compare_activation(const char* what, genotype::Dims dims, Block& got) {
        INFO(std::string(what));
        std::vector<float> result(static_cast<std::size_t>(dims.count() * batch_));
        from_memory(sample_places(dims), batch_, got, result.data());
        check_close(result, file_[name_ + what].values, tolerance_);
    }

    /// NAME/texts has a row for each text: its number of rows, and the position of its first. Without it, one text.
    std::vector<genotype::kernels::SequenceRows> texts() const {
        if (!file_.has(name_ + "/texts")) return {{.row = 0, .count = batch_}};
        const Values& table = file_[name_ + "/texts"];
        std::vector<genotype::kernels::SequenceRows> list;
        for (int text = 0, row = 0; text < table.dims[0]; row += list.back().count, ++text)
            list.push_back({.row = row,
                            .count = static_cast<int>(table.row(text)[0]),
                            .position = static_cast<int>(table.row(text)[1])});
        return list;
    }

    template <class N>
    static constexpr std::string_view id_of(genotype::LayerBase::Names<N>) {
        return genotype::detail::name_id<N>();
    }
    static constexpr bool reads_name = !std::same_as<genotype::ReadNames<L>, genotype::LayerBase::Names<>>;
    bool has_named_gradient() const { return reads_name && file_.has(name_ + "/named.grad"); }
    /// What the name that the layer reads stands for.
    const genotype::NamedValue* value(float* gradient) {
        if constexpr (reads_name) {
            value_ = {id_of(genotype::ReadNames<L>{}), named.data(), gradient, &of_text_};
            return &value_;
        } else {
            return &of_text_;
        }
    }

    genotype::PackedMemory packed() { return {reinterpret_cast<std::byte*>(prepared_.data())}; }

    long x_count() const { return in_.count() * batch_; }
    long y_count() const { return out_.count() * batch_; }

    const File& file_;
    const std::string& name_;
    Tolerance tolerance_;
    const Values &x_, &y_;
    int batch_ = x_.batch();
    std::vector<genotype::kernels::SequenceRows> texts_ = texts();
    genotype::kernels::Sequences sequences_{
        .list = texts_.data(), .count = static_cast<int>(texts_.size()), .context = 0};
    genotype::SequencesValue of_text_{&sequences_};
    genotype::Dims in_ = x_.sample(), out_ = y_.sample();
    genotype::LayerMemory memory_ = L::template memory<Device, genotype::Training>(in_);
    Block parameters_{genotype::offset_in(L::parameters, static_cast<int>(L::parameters.size()))};
    Block gradients_{genotype::offset_in(L::parameters, static_cast<int>(L::parameters.size()))};
    Block buffers_{genotype::offset_in(L::buffers, static_cast<int>(L::buffers.size()))};
    Block prepared_{L::template packed<Device>().bytes() / static_cast<long>(sizeof(float))};
    Block x{x_count()}, dy{y_count()}, y{y_count()}, dx{x_count()};
    Space kept_{memory_.saved, batch_};
    const Values* named_ = nullptr;
    Block named{0}, dnamed{0};
    genotype::NamedValue value_{};
};

/// Forward, backward and inference of case `name`, on all tested devices.
template <class L>
void check_layer(const File& file, const std::string& name, Tolerance tolerance = {}) {
    on_tested_devices([&]<class Device>(Device) { LayerCheck<L, Device>(file, name, tolerance).run(); });
}

}  // namespace golden
