// Reading a model's weights.
#pragma once

#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <initializer_list>
#include <limits>
#include <span>

#include "genotype/io/load_report.hpp"
#include "genotype/io/name_prefix.hpp"
#include "genotype/io/safetensors.hpp"
#include "genotype/io/state_dict.hpp"
#include "genotype/io/tensor_copies.hpp"
#include "genotype/memory/host_copy.hpp"
#include "genotype/network/model_name.hpp"

namespace genotype::inline v0_1 {

struct LoadOptions {
    std::string prefix = "";  ///< before every name, "generator."; what the file has beside it does not matter
    bool convert = false;     ///< read F16, BF16 and F64 as well, each value as the nearest float32
    bool strict = true;  ///< whatever does not fit is an `Error`; otherwise what fits is loaded, and the rest reported
};

namespace detail {

/// A file held against a model's tensors: first everything is checked, and nothing is written before `copy`.
class Loading {
  public:
    /// `counters_stay`: a count of batches that the file has not stays the model's, as in PyTorch.
    [[gnu::cold]] Loading(const SafeTensors& file, bool convert, bool counters_stay)
        : file_(file), convert_(convert), counters_stay_(counters_stay) {}

    /// To be called before `expect_tensors`: that the file is another model's, where it names one at all, is said
    /// first. Its layers may be called by former names.
    [[gnu::cold]] void expect_model(std::string_view key, std::string_view expected, const FormerNames& former) {
        const std::string* const found = find_text(file_.metadata(), key);
        constexpr std::size_t longest = 2000;
        if (found && with_todays_names(*found, former) != expected)
            fault(key, in_quotes(*found, longest), in_quotes(expected, longest));
    }

    /// All of these, and nothing else under `prefix`. `option` takes another prefix, where the file has all names
    /// behind one.
    [[gnu::cold]] void expect_tensors(std::initializer_list<std::span<const StateTensor<float>>> lists,
                                      std::string_view prefix, std::string_view option) {
        find_other_prefix(lists, prefix, option);
        NameList wanted;
        for (const auto& list : lists)
            for (const StateTensor<float>& tensor : list) wanted.add(tensor.info.name);
        wanted.sort();
        for (const auto& list : lists)
            for (const StateTensor<float>& tensor : list) {
                if (wanted.count(tensor.info.name) > 1)
                    fault(tensor.info.name, "two tensors of the model with this name", "one");
                else if (file_.is_twice(tensor.info.name))
                    fault(tensor.info.name, "two tensors of this name", concat("one, ", tensor.info.text()));
                else
                    check(tensor);
            }
        for (const TensorInfo& there : file_.tensors())
            if (there.name.starts_with(prefix) &&
                !is_training_state(std::string_view(there.name).substr(prefix.size())) && wanted.count(there.name) == 0)
                fault(there.name, there.text(), "nothing");
    }

    [[gnu::cold]] void expect_no_faults() const {
        if (report_.faults.empty()) return;
        const std::size_t count = report_.faults.size();
        throw Error(concat(file_.name(), ": ", count, count == 1 ? " fault" : " faults", ", and the model is as it was",
                           report_.hint.empty() ? "" : " (", report_.hint,
                           report_.hint.empty() ? ":" : "):", count == 1 ? " " : "\n", report_.text()));
    }

    [[gnu::cold]] LoadReport copy() {
        copies_.copy(report_, [&](const TensorInfo& tensor, std::uint64_t begin, std::size_t bytes, auto& room) {
            return file_.fetch(tensor.begin + begin, bytes, room);
        });
        for (const auto& [to, count] : counters_) *to = std::bit_cast<float>(count);
        return std::move(report_);
    }

    [[gnu::cold, gnu::noinline]] void fault(std::string_view tensor, std::string_view found,
                                            std::string_view expected) {
        report_.faults.push_back({concat(tensor), concat(found), concat(expected)});
    }

  private:
    [[gnu::cold]] void find_other_prefix(std::initializer_list<std::span<const StateTensor<float>>> lists,
                                         std::string_view prefix, std::string_view option) {
        std::vector<std::string_view> wanted, there;
        for (const auto& list : lists)
            for (const StateTensor<float>& tensor : list) {
                const std::string_view name = tensor.info.name;
                if (file_.is_twice(name) || file_.find(name)) return;
                if (!tensor.is_counter) wanted.push_back(name.substr(name.starts_with(prefix) ? prefix.size() : 0));
            }
        for (const TensorInfo& tensor : file_.tensors()) there.push_back(tensor.name);
        const std::vector<std::string> found = find_prefixes(wanted, std::move(there));
        if (!found.empty()) report_.hint = prefix_hint(found, prefix, option);
    }

    [[gnu::cold]] bool readable(StorageType found, StorageType expected) const {
        if (found == expected) return true;
        const bool is_float = found == StorageType::F16 || found == StorageType::BF16 || found == StorageType::F64;
        return convert_ && is_float && expected == StorageType::F32;
    }

    [[gnu::cold]] void check(const StateTensor<float>& tensor) {
        const TensorInfo* there = file_.find(tensor.info.name);
        if (!there && tensor.is_counter && counters_stay_) return;
        if (!there) return fault(tensor.info.name, "nothing", tensor.info.text());
        if (tensor.is_counter) return check_counter(tensor, *there);
        if (there->shape != tensor.info.shape || !readable(there->dtype, tensor.info.dtype)) {
            const bool hint = !convert_ && there->shape == tensor.info.shape && tensor.info.dtype == StorageType::F32 &&
                              (there->dtype == StorageType::F16 || there->dtype == StorageType::BF16 ||
                               there->dtype == StorageType::F64);
            return fault(tensor.info.name, there->text(),
                         concat(tensor.info.text(), hint ? " (LoadOptions::convert = true converts)" : ""));
        }
        copies_.add(*there, there->dtype, file_to_memory(tensor.dims, tensor.order), tensor.data);
        ++report_.loaded;
    }

    /// One whole number of any type, alone or in a list of one, as `load_state_dict` takes it.
    [[gnu::cold]] void check_counter(const StateTensor<float>& tensor, const TensorInfo& there) {
        const bool is_one = there.shape.empty() || (there.shape.size() == 1 && there.shape[0] == 1);
        const std::optional<double> count = is_one ? one_number(there.dtype, file_.bytes(there).data()) : std::nullopt;
        if (!count) return fault(tensor.info.name, there.text(), "I64 [], or one number of another type");
        constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
        if (!(*count >= 0 && *count <= most && *count == std::floor(*count))) {
            std::array<char, 400> words;
            std::snprintf(words.data(), words.size(), *count == std::floor(*count) ? "%.0f" : "%.9g", *count);
            return fault(tensor.info.name, words.data(), concat("a count of 0 to ", most));
        }
        counters_.push_back({tensor.data, static_cast<std::int32_t>(*count)});
        ++report_.loaded;
    }

    struct Counter {
        float* to;
        std::int32_t count;
    };

    const SafeTensors& file_;
    bool convert_, counters_stay_;
    LoadReport report_;
    TensorCopies<TensorInfo> copies_;
    std::vector<Counter> counters_;
};

}  // namespace detail

/// Reads all parameters and buffers from a safetensors file with PyTorch's names, shapes and order of values. A tensor
/// that is missing, surplus, of another shape or dtype, or there twice, and a file that says it is another model's: one
/// `Error` lists everything, and the model is as it was. Values that are NaN or infinite are loaded, and counted. A
/// file that is cut, or whose disk fails, while values are copied is an `Error` too, but the model has some of them
/// then. Of a `BN` the count of batches may be of any type, a list of one, or not there, which leaves the model's as it
/// is. Where the file has all names behind a prefix ("module.") the `Error` says so. PyTorch equivalent:
/// `model.load_state_dict(safetensors.torch.load_file(path), strict=...)`.
///
///     load(generator, "gan.safetensors", {.prefix = "generator."});
///     load(model, "other.safetensors", {}, [](const std::string& name) { return "net." + name; });
template <Layer Net, class Device, class Rename = KeepNames>
LoadReport load(ModelWeights<Net, Device>& model, const std::filesystem::path& path, const LoadOptions& options = {},
                const Rename& rename = {}) {
    return load(model, SafeTensors(path), options, rename);
}

/// The same from a file that is open already, or whose bytes are in memory.
template <Layer Net, class Device, class Rename = KeepNames>
LoadReport load(ModelWeights<Net, Device>& model, const SafeTensors& file, const LoadOptions& options = {},
                const Rename& rename = {}) {
    std::vector<detail::StateTensor<float>> state;
    HostCopy parameters(model.parameters), buffers(model.buffers);
    detail::add_state<Net>(state, parameters.data(), buffers.data(), options.prefix, rename);
    detail::Loading loading(file, options.convert, true);
    detail::FormerNames former;
    detail::add_former_names_of_layers<Net>(former);
    loading.expect_model(detail::model_key_of(options.prefix), model_name<Net>(), former);
    loading.expect_tensors({state}, options.prefix, "LoadOptions::prefix = ");
    if (options.strict) loading.expect_no_faults();
    LoadReport report = loading.copy();
    parameters.send_back(model.parameters);
    buffers.send_back(model.buffers);
    model.prepare();
    return report;
}

}  // namespace genotype::inline v0_1
