// Our half of safetensors.sh: what our reader says of many small files, written down for safetensors_headers.py.
// usage: interop_safetensors FILE (one behind the other, each with its length in 8 bytes before it; a line of JSON for
// each goes to standard output)
#include "genotype/io/safetensors.hpp"

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

using namespace genotype;
using Json = nlohmann::json;

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const MappedFile all(arguments[1]);
    for (std::span<const std::byte> rest = all.bytes(); !rest.empty();) {
        std::uint64_t size = 0;
        std::memcpy(&size, rest.data(), sizeof size);
        const auto one = rest.subspan(sizeof size, size);
        rest = rest.subspan(sizeof size + size);
        Json said;
        try {
            const SafeTensors file(one, "file");
            said["tensors"] = Json::array();
            for (const TensorInfo& tensor : file.tensors())
                said["tensors"].push_back(
                    {tensor.name, storage_name(tensor.dtype), tensor.shape, tensor.begin, tensor.end});
            said["metadata"] = Json(file.metadata());
            said["twice"] = file.names_twice();
        } catch (const Error& error) {
            said["error"] = error.what();
        }
        std::cout << said.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    }
    return std::cout.flush() ? 0 : 1;
}
