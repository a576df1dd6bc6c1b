// Safetensors files put together by hand.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// A file of this header and data, with the header's true length before it.
inline std::string safetensors_file(const std::string& header, const std::string& data = "") {
    std::string file(8, '\0');
    for (std::size_t byte = 0; byte < 8; ++byte)
        file[byte] = static_cast<char>(static_cast<std::uint64_t>(header.size()) >> (8 * byte));
    return file + header + data;
}

/// The bytes of numbers, as this machine has them.
template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

/// `"name":{...}` of a header.
inline std::string tensor_entry(const std::string& name, const std::string& dtype, const std::string& shape,
                                std::uint64_t begin, std::uint64_t end) {
    return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
}
