// Every type of blocks against gguf-py's floats: hashes of what its `dequantize` makes of bytes from a fixed generator,
// as `tests/interop/gguf_files.py hashes` prints them.
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "genotype/dtype/storage_type.hpp"
#include "genotype/io/gguf_types.hpp"

using namespace genotype;

namespace {

struct Golden {
    StorageType type;
    std::uint64_t hash;  // FNV-1a of all values' bits, their bytes in order
    float first, last;
};
constexpr Golden golden[] = {
    {StorageType::Q8_0, 0x3b432bb83b4ee96a, -0x1.d649p-8f, -0x1.14d6p+17f},
    {StorageType::Q4_0, 0x28053b41030fd976, 0x1.81ep-13f, 0x1.11p+7f},
    {StorageType::Q4_1, 0x9f5b0dfba4f9f948, -0x1.92acp-7f, -0x1.3bff8cp+7f},
    {StorageType::Q5_0, 0x81f366139457b64a, 0x1.c23p-11f, -0x1.aep+13f},
    {StorageType::Q5_1, 0x43471cd8a49ed357, -0x1.92acp-7f, 0x1.f80dp+0f},
    {StorageType::Q2_K, 0xa6585bba2fd3cbae, -0x1.d29p-1f, 0x1.6858p+2f},
    {StorageType::Q3_K, 0x74f29405abc0a67c, -0x1.785p-8f, 0x1.694p-2f},
    {StorageType::Q4_K, 0xcccaf8a406f28d1c, 0x1.469fap-2f, -0x1.177cp+18f},
    {StorageType::Q5_K, 0x36817a9e68ae9170, 0x1.6ed1ap-2f, -0x1.cca568p+14f},
    {StorageType::Q6_K, 0x693ddd9790cdece1, -0x1.49bc2p+9f, 0x1.66a28p+2f},
    {StorageType::IQ4_NL, 0xbd72dd0c9762d08d, 0x1.317cp-9f, 0x1.a208p+10f},
    {StorageType::IQ4_XS, 0x67ee6d1fe3a5f48a, 0x1.81ep-10f, -0x1.591e1p+16f},
    {StorageType::MXFP4, 0x8d9fbaeb7b2aed8c, 0x1p-121f, -0x1p-111f},
};

/// Bytes of a linear congruential generator, with all halves numbers.
template <class Block>
std::vector<Block> make_blocks(std::size_t count) {
    std::uint32_t state = 12345;
    std::vector<Block> blocks(count);
    for (Block& block : blocks) {
        std::array<unsigned char, sizeof(Block)> bytes;
        for (unsigned char& byte : bytes) {
            state = state * 1664525u + 1013904223u;
            byte = static_cast<unsigned char>(state >> 24);
        }
        block = std::bit_cast<Block>(bytes);
        const auto number = [](Float16& half) {
            if ((half.bits & 0x7c00) == 0x7c00) half.bits ^= 0x4000;
        };
        if constexpr (requires { block.scale; }) number(block.scale);
        if constexpr (requires { block.least; }) number(block.least);
    }
    return blocks;
}

struct BytesOf {
    const void* block;

    template <class Number>
    Number at(std::size_t begin) const {
        Number number;
        std::memcpy(&number, static_cast<const char*>(block) + begin, sizeof number);
        return number;
    }
};

}  // namespace

TEST_CASE("values of every type are gguf-py's, to the bit") {
    int types = 0;
    detail::for_each_stored_type([&](StorageType type) { types += block_values(type) > 1; }, detail::StoredTypes{});
    CHECK(std::size(golden) == static_cast<std::size_t>(types));
    for (const Golden& wanted : golden) {
        CAPTURE(std::string(storage_name(wanted.type)));
        detail::with_block(wanted.type, [&]<class Block>(const Block*) {
            if constexpr (requires { Block::name; }) {
                std::uint64_t hash = 14695981039346656037u;
                std::vector<float> values(Block::values);
                float first = 0;
                bool alone_is_same = true;
                const std::vector<Block> blocks = make_blocks<Block>(300);
                for (const Block& block : blocks) {
                    dequantize(block, values.data());
                    if (&block == blocks.data()) first = values[0];
                    for (std::size_t i = 0; i < values.size(); ++i) {
                        const auto bits = std::bit_cast<std::uint32_t>(values[i]);
                        alone_is_same =
                            alone_is_same && std::bit_cast<std::uint32_t>(Block::value(BytesOf{&block}, i)) == bits;
                        for (int shift = 0; shift < 32; shift += 8)
                            hash = (hash ^ (bits >> shift & 255u)) * 1099511628211u;
                    }
                }
                CHECK(first == wanted.first);
                CHECK(values.back() == wanted.last);
                CHECK(hash == wanted.hash);
                CHECK(alone_is_same);
            } else {
                FAIL("a type without blocks");
            }
        });
    }
}

TEST_CASE("every type has its name, its size and ggml's number") {
    detail::for_each_stored_type(
        [](StorageType type) {
            const std::string_view name = storage_name(type);
            CAPTURE(std::string(name));
            int numbers = 0;
            for (std::uint32_t number = 0; number < 64; ++number) numbers += storage_type_of_ggml(number) == type;
            CHECK(numbers == 1);
            CHECK(storage_type_of_name(name).has_value() == (block_values(type) == 1));
            CHECK(storage_bits(type) == (block_values(type) == 1 ? 8 * block_bytes(type) : 0));
        },
        detail::StoredTypes{});
    CHECK(storage_type_of_ggml(12) == StorageType::Q4_K);
    CHECK(storage_type_of_ggml(39) == StorageType::MXFP4);
    CHECK(!storage_type_of_ggml(15));  // Q8_K, in which no file has weights
    static_assert(storage_name(StorageType::IQ4_XS) == "IQ4_XS" && block_values(StorageType::IQ4_XS) == 256 &&
                  block_bytes(StorageType::IQ4_XS) == 136);
}
