// A model of a GGUF file whose matrices are of all types of blocks, one beside the other, against the same values as
// float32.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "genotype/genotype.hpp"
#include "genotype/io/gguf.hpp"
#include "genotype/kernels/cpu.hpp"
#include "genotype/kernels/stored.hpp"
#include "genotype/models/llama.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/workspace.hpp"
#include "genotype/text/files/load_text.hpp"
#include "genotype/text/files/stored_weights.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_model_files.hpp"

using namespace genotype;

namespace {

constexpr LlamaConfig config{.vocabulary = 20,
                             .width = 256,
                             .layers = 2,
                             .heads = 4,
                             .key_value_heads = 2,
                             .hidden = 512,
                             .context = 16,
                             .tied = false};
using Net = Llama<config>;

/// Random blocks of weights that are about as large as a model's.
std::string blocks_of(StorageType type, std::size_t values, std::mt19937& engine) {
    std::string bytes(values / block_values(type) * block_bytes(type), '\0');
    for (char& byte : bytes) byte = static_cast<char>(engine());
    detail::with_block(type, [&]<class Block>(const Block*) {
        if constexpr (requires { Block::name; })
            for (std::size_t at = 0; at < bytes.size(); at += sizeof(Block)) {
                Block block;
                std::memcpy(&block, bytes.data() + at, sizeof(Block));
                const std::uint16_t scale = Block::values == 32 ? 0x1400 : 0x0400;
                if constexpr (requires { block.scale; }) block.scale = {scale};
                if constexpr (requires { block.least; }) block.least = {scale};
                if constexpr (requires { block.exponent; }) block.exponent = 121;
                std::memcpy(bytes.data() + at, &block, sizeof(Block));
            }
    });
    return bytes;
}

std::uint32_t number_of(StorageType type) {
    std::uint32_t number = 0;
    while (storage_type_of_ggml(number) != type) ++number;
    return number;
}

/// Adds a tensor behind the others.
void add(GgufFile& file, const GgufTensor& tensor, StorageType type, const std::string& bytes) {
    file.data.resize((file.data.size() + 31) / 32 * 32, '\0');
    const std::vector<std::uint64_t> sizes(tensor.shape.rbegin(), tensor.shape.rend());
    file.tensors.push_back(gguf_tensor(tensor.name, sizes, number_of(type), file.data.size()));
    file.data += bytes;
}

}  // namespace

TEST_CASE("a model of all types of blocks is the model of their values") {
    const GgufFile plain = gguf_of(config, TestModel(config).tensors, "F32");
    const std::string text = plain.text();
    const Gguf source(std::as_bytes(std::span(text)), "plain.gguf");
    std::vector<StorageType> types;
    detail::for_each_stored_type(
        [&](StorageType type) {
            if (block_values(type) > 1) types.push_back(type);
        },
        detail::StoredTypes{});
    GgufFile mixed{.entries = plain.entries}, floats = mixed;
    std::mt19937 engine(3);
    std::size_t matrices = 0;
    for (const GgufTensor& tensor : source.tensors()) {
        if (tensor.shape.size() == 1) {
            std::vector<float> ones(tensor.count(), 1.0f);
            add(mixed, tensor, StorageType::F32, bytes_of(ones));
            add(floats, tensor, StorageType::F32, bytes_of(ones));
            continue;
        }
        const StorageType type = types[matrices++ % types.size()];
        const std::string blocks = blocks_of(type, tensor.count(), engine);
        std::vector<float> values(tensor.count());
        detail::dequantize_values(type, std::as_bytes(std::span(blocks)).data(), static_cast<long>(values.size()),
                                  values.data());
        add(mixed, tensor, type, blocks);
        add(floats, tensor, StorageType::F32, bytes_of(values));
    }
    CHECK(matrices > types.size());

    const TemporaryFolder folder;
    const auto path = folder.file("mixed.gguf", mixed.text()), plain_path = folder.file("floats.gguf", floats.text());
    Model<Net> model(Seed{1}), wanted(Seed{2});
    load_text(model, TextFiles(path), config);
    load_text(wanted, TextFiles(plain_path), config);
    const long count = parameter_floats<Net>();
    CHECK(std::equal(model.parameters.data(), model.parameters.data() + count, wanted.parameters.data()));

    const StoredWeights<Net> stored(TextFiles(path), config);
    const std::array<float, 5> ids{3, 19, 0, 7, 7};
    Workspace<Net, Shape<1>> memory(5);
    Workspace<Net, Shape<1>, Inference, Stored<Cpu>> other(5);
    const auto expected = memory.forward(wanted, {ids.data(), 5});
    const auto found = other.forward(stored, {ids.data(), 5});
    double largest = 0, difference = 0;
    for (long at = 0; at < expected.size(); ++at) {
        largest = std::max(largest, std::abs(double{expected.data[at]}));
        const double apart = std::abs(double{expected.data[at]} - found.data[at]);
        if (!(apart <= difference)) difference = apart;
    }
    CHECK(largest > 0.1);
    CHECK(difference <= 1e-4 * largest);
}
