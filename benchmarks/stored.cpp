// Products with weights in a file's form: one row of x, beside what main memory gives, and 512 rows, beside the
// processor's peak, both measured in the same run. Threads: OMP_NUM_THREADS (with OMP_PROC_BIND=true, so that each has
// a core of its own). usage: stored [PART...]      of: rows, model, many; all of them by default
#include <omp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bandwidth.hpp"
#include "genotype/kernels/cpu/quantized/stored_product.hpp"
#include "genotype/memory/arena.hpp"
#include "peak.hpp"

using namespace genotype;

namespace {

template <class... Types>
constexpr auto types_of(detail::StoredTypeList<Types...>) {
    return std::array{Types::type...};
}
constexpr auto types = types_of(detail::StoredTypes{});

/// A block of numbers of an ordinary size: with denormal ones a processor may take many times as long.
template <class Block>
Block make_block(std::mt19937& engine) {
    constexpr std::uint16_t half = 0x2400;  // 2^-6
    if constexpr (std::is_same_v<Block, float>) {
        return static_cast<float>(engine() >> 8) * 0x1p-23f - 1.0f;
    } else if constexpr (std::is_same_v<Block, Float16>) {
        return {static_cast<std::uint16_t>(half | (engine() & 0x83ff))};
    } else if constexpr (std::is_same_v<Block, BFloat16>) {
        return {static_cast<std::uint16_t>(0x3c80 | (engine() & 0x807f))};
    } else {
        std::array<unsigned char, sizeof(Block)> bytes;
        for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(engine());
        auto block = std::bit_cast<Block>(bytes);
        if constexpr (requires { block.scale; }) block.scale = {half};
        if constexpr (requires { block.least; }) block.least = {half | 0x8000};
        if constexpr (requires { block.exponent; }) block.exponent = 121;
        return block;
    }
}

/// Matrices with bytes of their own.
class Matrices {
  public:
    void add(StorageType type, int rows, int columns) {
        std::vector<std::byte>& data =
            bytes_.emplace_back(static_cast<std::size_t>(rows) * kernels::stored_row_bytes(type, columns));
        detail::with_block(type, [&]<class Block>(const Block*) {
            std::mt19937 engine(1);
            std::vector<Block> some(4099);
            for (Block& block : some) block = make_block<Block>(engine);
            for (std::size_t at = 0, i = 0; at < data.size(); at += sizeof(Block), ++i)
                std::memcpy(data.data() + at, &some[i % some.size()], sizeof(Block));
        });
        list_.push_back({rows, columns, {kernels::StoredPart{data.data(), type, rows}}});
        size_ += data.size();
        widest_ = std::max({widest_, rows, columns});
    }
    const std::vector<kernels::StoredMatrix>& list() const { return list_; }
    double size() const { return static_cast<double>(size_); }
    /// Floats of the longest row of x or y.
    int widest() const { return widest_; }

  private:
    std::deque<std::vector<std::byte>> bytes_;
    std::vector<kernels::StoredMatrix> list_;
    std::size_t size_ = 0;
    int widest_ = 0;
};

/// The shortest of `tries` runs through all matrices, in seconds.
double seconds_of(const Matrices& matrices, int batch, int tries) {
    const long floats = static_cast<long>(matrices.widest()) * batch;
    Arena<> x(floats), y(floats);  // on lines of 64 bytes, as a model's activations are
    std::fill_n(x.data(), floats, 0.5f);
    double best = 1e30;
    for (int trial = 0; trial < tries; ++trial) {
        const auto before = std::chrono::steady_clock::now();
        for (const kernels::StoredMatrix& matrix : matrices.list())
            stored_product(Cpu{}, matrix, batch, x.data(), nullptr, y.data());
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
    }
    return best;
}

/// The width of SmolLM 135M, or what is next to it in whole blocks.
int width_of(StorageType type) {
    return block_values(type) > 32 ? 512 : 576;
}
/// A Llama's matrices, query, key and value together, and gate and up: SmolLM 135M's sizes.
void add_layer(Matrices& matrices, StorageType type) {
    const int width = width_of(type);
    matrices.add(type, 576 + 2 * 192, width);
    matrices.add(type, 576, width);
    matrices.add(type, 2 * 1536, width);
    matrices.add(type, 576, 1536);
}

void few_rows() {
    const double limit = benchmarks::measure_bandwidth();
    std::printf("Reading alone: %.1f GB/s on %d threads.\n\n", limit * 1e-9, omp_get_max_threads());
    std::printf("Rows of x, against matrices of 576 and 1536 (small) or 2048 and 5632 columns (large), GB/s:\n");
    std::printf("%-6s %6s %8s %8s %8s %8s %8s\n", "type", "size", "1 row", "of read", "2 rows", "4 rows", "8 rows");
    for (const StorageType type : types)
        for (const bool large : {false, true}) {
            Matrices matrices;
            while (matrices.size() < 256e6) {
                if (large) {
                    matrices.add(type, 2048, 2048);
                    matrices.add(type, 2 * 5632, 2048);
                    matrices.add(type, 2048, 5632);
                } else {
                    add_layer(matrices, type);
                }
            }
            double rates[4];
            const int batches[] = {1, 2, 4, 8};
            for (int i = 0; i < 4; ++i) rates[i] = matrices.size() / seconds_of(matrices, batches[i], i == 0 ? 15 : 5);
            std::printf("%-6s %6s %8.1f %7.0f%% %8.1f %8.1f %8.1f\n", storage_name(type).data(),
                        large ? "large" : "small", rates[0] * 1e-9, 100 * rates[0] / limit, rates[1] * 1e-9,
                        rates[2] * 1e-9, rates[3] * 1e-9);
        }
}

void whole_model() {
    std::printf("All products of a Llama of 135 million weights (30 layers of width 576, 49152 tokens):\n");
    for (const StorageType type : types) {
        Matrices matrices;
        for (int layer = 0; layer < 30; ++layer) add_layer(matrices, type);
        matrices.add(type, 49152, width_of(type));
        const double seconds = seconds_of(matrices, 1, 20);
        std::printf("%-6s %6.1f MB %8.1f tokens/s %8.1f GB/s\n", storage_name(type).data(), matrices.size() * 1e-6,
                    1 / seconds, matrices.size() / seconds * 1e-9);
    }
}

void many_rows() {
    const double limit = benchmarks::measure_peak();
    std::printf("512 rows of x; the peak is %.0f GFLOP/s on %d threads.\n", limit * 1e-9, omp_get_max_threads());
    std::printf("%-6s %16s %9s %8s\n", "type", "weights", "GFLOP/s", "of peak");
    for (const StorageType type : types)
        for (const auto& [rows, columns] :
             {std::pair{576, width_of(type)}, {3072, width_of(type)}, {576, 1536}, {2048, 2048}, {2048, 5632}}) {
            Matrices matrices;
            matrices.add(type, rows, columns);
            const double operations = 2.0 * 512 * rows * columns;
            const double rate = operations / seconds_of(matrices, 512, 10);
            std::printf("%-6s %9d x %4d %9.0f %7.0f%%\n", storage_name(type).data(), rows, columns, rate * 1e-9,
                        100 * rate / limit);
        }
}

}  // namespace

int main(int argc, char** argv) {
    const auto wanted = [&](const char* part) {
        return argc == 1 ||
               std::any_of(argv + 1, argv + argc, [&](const char* word) { return !std::strcmp(word, part); });
    };
    if (wanted("rows")) few_rows();
    if (wanted("model")) whole_model();
    if (wanted("many")) many_rows();
}
