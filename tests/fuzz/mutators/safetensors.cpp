// Changes a safetensors file so that it mostly stays one: changes by chance seldom get past the header's length, its
// JSON and its offsets. Of eight changes one is by chance; one is in the data, two are in the header's text, and four
// are of its tensors, after which the offsets are mostly made right again.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "genotype/io/stored_number.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using Json = nlohmann::ordered_json;
using Entry = std::pair<std::string, Json>;

constexpr std::size_t length_bytes = sizeof(std::uint64_t);

class Choice {
  public:
    explicit Choice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine_); }
    template <class List>
    const auto& of(const List& list) {
        return list[below(list.size())];
    }

  private:
    std::minstd_rand engine_;
};

std::string a_name(Choice& choose) {
    constexpr std::array<const char*, 12> names{"0.weight",
                                                "1.weight",
                                                "1.bias",
                                                "1.running_mean",
                                                "1.running_var",
                                                "1.num_batches_tracked",
                                                "3.weight",
                                                "__metadata__",
                                                "genotype.model",
                                                "",
                                                "net",
                                                "net.3"};
    return (choose.below(2) ? "net." : "") + std::string(choose.of(names));
}

std::uint64_t a_size(Choice& choose) {
    constexpr std::array<std::uint64_t, 10> sizes{0, 1, 2, 3, 4, 5, 1 << 16, 1ull << 31, 1ull << 62, ~0ull};
    return choose.of(sizes);
}

std::string a_dtype(Choice& choose) {
    return std::string(genotype::detail::dtype_facts[choose.below(genotype::detail::dtype_facts.size())].name);
}

Json a_tensor(Choice& choose) {
    Json shape = Json::array();
    for (std::size_t axes = choose.below(4); axes > 0; --axes) shape.push_back(choose.below(4));
    return {{"dtype", a_dtype(choose)}, {"shape", std::move(shape)}, {"data_offsets", {0, 0}}};
}

void change(std::vector<Entry>& entries, Choice& choose) {
    const auto place = [&](std::size_t index) { return entries.begin() + static_cast<std::ptrdiff_t>(index); };
    const std::size_t kind = entries.empty() ? 0 : choose.below(9);
    if (kind == 0) return static_cast<void>(entries.emplace_back(a_name(choose), a_tensor(choose)));
    Entry& one = *place(choose.below(entries.size()));
    Json& value = one.second;
    if (kind == 1) return static_cast<void>(entries.erase(place(choose.below(entries.size()))));
    if (kind == 2) return entries.push_back(Entry(one));
    if (kind == 3) return std::swap(one, *place(choose.below(entries.size())));
    if (kind == 4) return static_cast<void>(one.first = a_name(choose));
    if (kind == 5) {
        const std::string key = choose.below(2) ? "genotype.model" : a_name(choose);
        return static_cast<void>(entries.emplace_back("__metadata__", Json{{key, a_name(choose)}}));
    }
    if (!value.is_object() || !value.contains("shape") || !value["shape"].is_array()) return;
    Json& shape = value["shape"];
    if (kind == 6)
        value["dtype"] = a_dtype(choose);
    else if (kind == 7 && !shape.empty())
        shape[choose.below(shape.size())] = a_size(choose);
    else
        shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(choose.below(shape.size() + 1)), a_size(choose));
}

/// Puts the tensors one behind the other in the data, and returns where the last one ends.
std::uint64_t tile(std::vector<Entry>& entries, std::size_t most) {
    std::uint64_t at = 0;
    for (auto& [name, value] : entries) {
        if (!value.is_object() || !value.contains("shape") || !value.contains("dtype")) continue;
        const Json &shape = value["shape"], &type = value["dtype"];
        if (!shape.is_array() || !type.is_string()) continue;
        const auto dtype = genotype::storage_type_of_name(type.get_ref<const std::string&>());
        std::uint64_t bytes = dtype ? storage_bits(*dtype) : 0;
        for (const Json& size : shape)
            if (!size.is_number_unsigned() || __builtin_mul_overflow(bytes, size.get<std::uint64_t>(), &bytes))
                bytes = 0;
        bytes /= 8;
        if (bytes > most - at) continue;
        value["data_offsets"] = {at, at + bytes};
        at += bytes;
    }
    return at;
}

std::string text(const std::vector<Entry>& entries) {
    std::string header = "{";
    for (const auto& [name, value] : entries)
        header += (header.size() > 1 ? "," : "") + Json(name).dump() + ":" + value.dump();
    return header + "}";
}

/// The tensors of a header changed, and the data as long as they say; false where it is no header.
bool change_tensors(std::string& header, std::string& data, std::size_t most, Choice& choose) {
    const Json json = Json::parse(header, nullptr, false);
    if (!json.is_object()) return false;
    std::vector<Entry> entries;
    for (const auto& [name, value] : json.items()) entries.emplace_back(name, value);
    for (std::size_t changes = 1 + choose.below(3); changes > 0; --changes) change(entries, choose);
    if (choose.below(8) > 0) data.resize(tile(entries, most));
    header = text(entries);
    return true;
}

void change_text(std::string& text, std::size_t most) {
    const std::size_t size = text.size();
    text.resize(std::max<std::size_t>(most, 1));
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* file, std::size_t size, std::size_t most, unsigned seed) {
    Choice choose(seed);
    const std::size_t kind = choose.below(8);
    std::uint64_t length = 0;
    if (size >= length_bytes) std::memcpy(&length, file, length_bytes);
    if (kind == 0 || size < length_bytes || length > size - length_bytes || most < 2 * length_bytes)
        return LLVMFuzzerMutate(file, size, most);
    std::string header(reinterpret_cast<const char*>(file) + length_bytes, length);
    std::string data(reinterpret_cast<const char*>(file) + length_bytes + length, size - length_bytes - length);
    const std::size_t room = most - length_bytes;
    if (kind == 1)
        change_text(data, room - header.size());
    else if (kind <= 3 || !change_tensors(header, data, room, choose))
        change_text(header, room - data.size());
    if (header.size() + data.size() > room) return LLVMFuzzerMutate(file, size, most);
    length = header.size();
    std::memcpy(file, &length, length_bytes);
    std::copy(header.begin(), header.end(), file + length_bytes);
    std::copy(data.begin(), data.end(), file + length_bytes + header.size());
    return length_bytes + header.size() + data.size();
}
