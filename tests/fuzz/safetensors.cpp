// A safetensors file in memory: its header beside another reading of it, and loading into a small model, whose every
// value must be the file's or as it was.
#include "genotype/io/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "genotype/genotype.hpp"
#include "genotype/io/load_model.hpp"
#include "support/fuzz.hpp"

using namespace genotype;

namespace {

using Net = Sequential<Conv<2, 2, 2>, BN<2>, Flatten, Linear<3, 2, NoBias>>;

/// The header as nlohmann builds it says the same of each tensor that is there once.
void expect_header(const SafeTensors& file, std::span<const std::byte> bytes) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    const char* const text = reinterpret_cast<const char*>(bytes.data()) + sizeof length;
    nlohmann::json header = nlohmann::json::parse(text, text + length);
    const bool has_metadata = header.contains("__metadata__") && !header["__metadata__"].is_null();
    const nlohmann::json metadata = has_metadata ? header["__metadata__"] : nlohmann::json::object();
    header.erase("__metadata__");
    fuzz::expect(metadata.size() == file.metadata().size(), "as many texts as the header has");
    for (const auto& [key, word] : file.metadata()) fuzz::expect(metadata.at(key) == word, "the header's texts");

    std::uint64_t at = 0;
    for (const TensorInfo& tensor : file.tensors()) {
        fuzz::expect(tensor.begin == at && tensor.end >= at, "tensors one behind the other");
        at = tensor.end;
        std::uint64_t count = 1;
        for (const std::uint64_t size : tensor.shape) count *= size;
        fuzz::expect(file.bytes(tensor).size() == count * storage_bits(tensor.dtype) / 8, "as many bytes as numbers");
        fuzz::expect(header.contains(tensor.name), "the header's names");
        if (file.is_twice(tensor.name)) continue;
        fuzz::expect(file.find(tensor.name) == &tensor, "a tensor is found by its name");
        const nlohmann::json& said = header[tensor.name];
        fuzz::expect(said.at("dtype") == storage_name(tensor.dtype) && said.at("shape") == tensor.shape &&
                         said.at("data_offsets") == std::vector<std::uint64_t>{tensor.begin, tensor.end},
                     "what the header says of a tensor");
    }
    fuzz::expect(at == bytes.size() - sizeof length - length, "all data is a tensor's");
    std::size_t repeated = 0;  // tensors beyond the first of each name
    for (std::size_t i = 0; i < file.tensors().size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (file.tensors()[i].name == file.tensors()[j].name) {
                fuzz::expect(file.is_twice(file.tensors()[i].name), "a name that is there twice is known");
                ++repeated;
                break;
            }
    fuzz::expect(header.size() + repeated == file.tensors().size(), "all tensors of the header");
}

/// A number of the file as float, by the definition of its type.
float number(StorageType dtype, const std::byte* from) {
    if (dtype == StorageType::F64) return detail::read_number<detail::AsF64>(from);
    if (dtype == StorageType::F32) return detail::read_number<detail::AsF32>(from);
    std::uint16_t bits = 0;
    std::memcpy(&bits, from, sizeof bits);
    if (dtype == StorageType::BF16) return std::bit_cast<float>(std::uint32_t{bits} << 16);
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float size = exponent == 31  ? (fraction ? NAN : INFINITY)
                       : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                       : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    return bits & 0x8000 ? -size : size;
}

/// A model, and what its memory must hold after a file is loaded with some options.
class Target {
  public:
    explicit Target(LoadOptions options) : options_(std::move(options)), model_name_(model_name<Net>()) {
        detail::add_state<Net>(state_, model_.parameters.data(), model_.buffers.data(), options_.prefix, KeepNames{});
    }

    void load(const SafeTensors& file) {
        clear();
        const std::vector<std::string> faults = expect(file);
        LoadReport report;
        try {
            report = genotype::load(model_, file, options_);
        } catch (const Error&) {
            fuzz::expect(options_.strict && !faults.empty(), "an error where something does not fit and strict alone");
            clear_wanted();
            return compare();
        }
        fuzz::expect(!options_.strict || faults.empty(), "an error where something does not fit");
        fuzz::expect(report.faults.size() == faults.size(), "as many faults as there are");
        for (std::size_t i = 0; i < faults.size(); ++i)
            fuzz::expect(report.faults[i].tensor == faults[i], "faults in the model's order, then the file's");
        fuzz::expect(report.loaded == loaded_, "as many tensors loaded as fit");
        fuzz::expect(report.nan == nan_ && report.infinite == infinite_, "the values that are not finite");
        compare();
    }

  private:
    static constexpr float untouched = 12.5f;

    void clear() {
        for (Arena<Reference>* arena : {&model_.parameters, &model_.buffers})
            std::fill_n(arena->data(), arena->size(), untouched);
        clear_wanted();
        loaded_ = nan_ = infinite_ = 0;
    }
    void clear_wanted() {
        parameters_.assign(static_cast<std::size_t>(model_.parameters.size()), untouched);
        buffers_.assign(static_cast<std::size_t>(model_.buffers.size()), untouched);
    }

    /// Writes down what loading must bring, and returns the names of what must not fit.
    std::vector<std::string> expect(const SafeTensors& file) {
        std::vector<std::string> faults;
        const auto said = file.metadata().find(detail::model_key_of(options_.prefix));
        if (said != file.metadata().end() && said->second != model_name_) faults.push_back(said->first);
        for (const auto& tensor : state_) {
            const bool is_twice = file.is_twice(tensor.info.name);
            const TensorInfo* const there = is_twice ? nullptr : file.find(tensor.info.name);
            if (tensor.is_counter && !there && !is_twice) continue;  // it stays as it was
            const bool has_shape = there && (there->shape == tensor.info.shape ||
                                             (tensor.is_counter && there->shape == std::vector<std::uint64_t>{1}));
            if (has_shape && read(*there, file.bytes(*there).data(), tensor))
                ++loaded_;
            else
                faults.push_back(tensor.info.name);
        }
        for (const TensorInfo& there : file.tensors()) {
            const auto has_its_name = [&](const auto& tensor) { return tensor.info.name == there.name; };
            const bool of_a_training = there.name.starts_with("optimizer.") || there.name.starts_with("genotype.");
            if (there.name.starts_with(options_.prefix) && !of_a_training &&
                std::none_of(state_.begin(), state_.end(), has_its_name))
                faults.push_back(there.name);
        }
        return faults;
    }

    /// Whether the type is allowed; if so the values come where they belong.
    bool read(const TensorInfo& there, const std::byte* from, const detail::StateTensor<float>& tensor) {
        if (tensor.is_counter) {
            const double count = detail::one_number(there.dtype, from).value_or(-1);
            if (!(count >= 0 && count < 0x1p31 && count == std::floor(count))) return false;
            *wanted(tensor.data) = std::bit_cast<float>(static_cast<std::int32_t>(count));
            return true;
        }
        const bool other =
            there.dtype == StorageType::F16 || there.dtype == StorageType::BF16 || there.dtype == StorageType::F64;
        if (there.dtype != StorageType::F32 && !(other && options_.convert)) return false;
        std::array<long, 4> place{}, stride{};
        long fast = 1;
        for (int i = tensor.dims.rank - 1; i >= 0; --i) {
            stride[static_cast<std::size_t>(tensor.order[i])] = fast;
            fast *= tensor.dims[tensor.order[i]];
        }
        for (long i = 0; i < tensor.dims.count(); ++i, from += storage_bytes(there.dtype)) {
            const float value = number(there.dtype, from);
            nan_ += std::isnan(value);
            infinite_ += std::isinf(value);
            *wanted(tensor.data + std::inner_product(place.begin(), place.end(), stride.begin(), 0L)) = value;
            for (int axis = tensor.dims.rank - 1; axis >= 0; --axis) {
                if (++place[static_cast<std::size_t>(axis)] < tensor.dims[axis]) break;
                place[static_cast<std::size_t>(axis)] = 0;
            }
        }
        return true;
    }

    /// Where the value that belongs to this place of the model is written down.
    float* wanted(const float* place) {
        const float* const first = model_.parameters.data();
        const bool is_parameter = !std::less<>()(place, first) && std::less<>()(place, first + parameters_.size());
        return is_parameter ? &parameters_[static_cast<std::size_t>(place - first)]
                            : &buffers_[static_cast<std::size_t>(place - model_.buffers.data())];
    }

    /// Values to the bit, but for which NaN it is.
    void compare() const {
        const auto same = [](float left, float right) {
            return std::bit_cast<std::uint32_t>(left) == std::bit_cast<std::uint32_t>(right) ||
                   (std::isnan(left) && std::isnan(right));
        };
        fuzz::expect(std::equal(parameters_.begin(), parameters_.end(), model_.parameters.data(), same) &&
                         std::equal(buffers_.begin(), buffers_.end(), model_.buffers.data(), same),
                     "the file's values, and all others as they were");
    }

    LoadOptions options_;
    std::string model_name_;
    Model<Net, Reference> model_;
    std::vector<detail::StateTensor<float>> state_;
    std::vector<float> parameters_, buffers_;
    long loaded_ = 0, nan_ = 0, infinite_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Target lenient({.convert = true, .strict = false}), strict({.prefix = "net."});
    const auto bytes = std::as_bytes(std::span(data, size));
    fuzz::attempt([&] {
        const SafeTensors file(bytes, "bytes");
        expect_header(file, bytes);
        const auto tensors = file.tensors();
        const auto for_strict = std::count_if(tensors.begin(), tensors.end(),
                                              [](const TensorInfo& tensor) { return tensor.name.starts_with("net."); });
        if (for_strict > 0) strict.load(file);
        if (tensors.empty() || for_strict < std::ssize(tensors)) lenient.load(file);
    });
    return 0;
}
