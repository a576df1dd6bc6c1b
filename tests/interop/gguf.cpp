// Our half of gguf.sh: what a file holds, written down for gguf_files.py.
// usage: interop_gguf FILE FOLDER (FOLDER/metadata.json, FOLDER/tensors.json, and FOLDER/values with all tensors'
// values as float32, one tensor after the other)
#include "genotype/io/gguf.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace genotype;
using Json = nlohmann::ordered_json;

namespace {

/// The value, where it is of this type or an array of it.
template <class T>
void add(const GgufValue& value, Json& to) {
    if (const auto one = value.as<T>()) to = *one;
    if (const auto list = value.as<std::vector<T>>()) to = *list;
}

template <class... T>
Json json_of_one_of(const GgufValue& value) {
    Json json;
    (add<T>(value, json), ...);
    return json;
}

Json json_of(const GgufValue& value) {
    return json_of_one_of<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, float,
                          bool, std::string_view, std::uint64_t, std::int64_t, double>(value);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const Gguf file(arguments[1]);
    const std::filesystem::path folder = arguments[2];
    Json metadata = Json::array(), tensors = Json::array();
    for (const auto& [name, value] : file.metadata())
        metadata.push_back({name, gguf_type_name(value.type), gguf_type_name(value.element), json_of(value)});
    std::ofstream values(folder / "values", std::ios::binary);
    std::vector<float> room;
    for (const GgufTensor& tensor : file.tensors()) {
        tensors.push_back({tensor.name, storage_name(tensor.type), tensor.shape});
        room.resize(tensor.count());
        file.dequantize(tensor, room);
        values.write(reinterpret_cast<const char*>(room.data()),
                     static_cast<std::streamsize>(room.size() * sizeof(float)));
    }
    std::ofstream(folder / "metadata.json") << metadata;
    std::ofstream(folder / "tensors.json") << tensors;
    return values.flush() ? 0 : 1;
}
