// Between PyTorch's order of values and the one in memory, both ways, whole and in pieces.
#include "genotype/io/tensor_layout.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

using namespace genotype;
using namespace genotype::detail;

namespace {

/// The definition: value (a, b, c, d) of the file, counted in the order of memory.
std::vector<float> in_memory(Dims dims, AxisOrder order, const std::vector<float>& file) {
    std::vector<float> memory;
    std::array<int, 4> at{};
    const auto walk = [&](const auto& self, int place) -> void {
        if (place == dims.rank) {
            long index = 0;
            for (int axis = 0; axis < dims.rank; ++axis)
                index = index * dims[axis] + at[static_cast<std::size_t>(axis)];
            memory.push_back(file[static_cast<std::size_t>(index)]);
            return;
        }
        for (int i = 0; i < dims[order[place]]; ++i) {
            at[static_cast<std::size_t>(order[place])] = i;
            self(self, place + 1);
        }
    };
    walk(walk, 0);
    return memory;
}

struct Case {
    Dims dims;
    AxisOrder order;
};

const std::vector<Case> cases{
    {Dims{0}, {}},
    {{1, 7}, {}},
    {{1, 5000}, {}},
    {{2, 3, 5}, {}},
    {{2, 3, 5}, {1, 0}},
    {{2, 200, 130}, {1, 0}},
    {{2, 64, 64}, {1, 0}},
    {{2, 65, 63}, {1, 0}},
    {{2, 1, 9}, {1, 0}},
    {{2, 9, 1}, {1, 0}},
    {{3, 3, 4, 5}, {1, 2, 0}},
    {{3, 3, 4, 5}, {1, 0, 2}},
    {{3, 3, 4, 5}, {2, 1, 0}},
    {{4, 70, 3, 4, 4}, {2, 3, 1, 0}},
    {{4, 5, 66, 3, 3}, {2, 3, 1, 0}},
    {{4, 1, 6, 4, 4}, {2, 3, 1, 0}},
    {{4, 6, 1, 4, 4}, {2, 3, 1, 0}},
    {{4, 6, 5, 1, 1}, {2, 3, 1, 0}},
    {{4, 1, 1, 1, 1}, {2, 3, 1, 0}},
    {{4, 2, 3, 4, 5}, {0, 2, 1, 3}},
    {{4, 2, 3, 4, 5}, {3, 1, 0, 2}},
    {{4, 2, 3, 4, 5}, {3, 2, 1, 0}},
};

std::vector<float> numbered(long count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 1.0f);
    return values;
}

const std::byte* bytes(const std::vector<float>& values) {
    return reinterpret_cast<const std::byte*>(values.data());
}

}  // namespace

TEST_CASE("from the file to memory and back") {
    for (const Case& one : cases) {
        CAPTURE(one.dims.rank);
        CAPTURE(one.dims.first);
        CAPTURE(one.dims.second);
        const std::vector<float> file = numbered(one.dims.count()), wanted = in_memory(one.dims, one.order, file);
        const CopyAxes axes = file_to_memory(one.dims, one.order);
        std::vector<float> memory(file.size()), back(file.size());
        copy_tensor<AsF32>(axes, bytes(file), memory.data());
        CHECK(memory == wanted);
        copy_tensor<AsF32>(axes.swapped(), bytes(memory), back.data());
        CHECK(back == file);
    }
}

TEST_CASE("in pieces of the file's slowest axis") {
    for (const Case& one : cases)
        for (const long most : {1L, 2L, 7L, 64L}) {
            const std::vector<float> file = numbered(one.dims.count());
            const CopyAxes axes = file_to_memory(one.dims, one.order);
            std::vector<float> memory(file.size());
            for (long begin = 0; begin < axes.axis[0].size; begin += most)
                copy_tensor<AsF32>(cut(axes, std::min(most, axes.axis[0].size - begin)),
                                   bytes(file) + begin * axes.axis[0].from * 4,
                                   memory.data() + begin * axes.axis[0].to);
            CHECK(memory == in_memory(one.dims, one.order, file));
        }
    for (const Case& one : cases) {
        const CopyAxes axes = file_to_memory(one.dims, one.order);
        CHECK(piece_rows(axes) >= 1);
        CHECK(piece_rows(axes) <= axes.axis[0].size);
    }
    CHECK(piece_rows(file_to_memory({2, 4096, 4096}, {1, 0})) == 64);
    CHECK(piece_rows(file_to_memory({2, 100, 1 << 20}, {1, 0})) == 16);
    CHECK(piece_rows(file_to_memory({1, 1 << 24}, {})) == 1 << 18);
}

TEST_CASE("axes that need not be told apart are one") {
    CHECK(file_to_memory({4, 2, 3, 4, 5}, {}).count == 1);
    CHECK(file_to_memory({2, 4, 5}, {1, 0}).count == 2);
    CHECK(file_to_memory({4, 8, 3, 4, 4}, {2, 3, 1, 0}).count == 3);
    CHECK(file_to_memory({4, 8, 3, 1, 1}, {2, 3, 1, 0}).count == 2);
    CHECK(file_to_memory({2, 1, 5}, {1, 0}).count == 1);
}

TEST_CASE("other types of numbers, at odd addresses, with what is not finite counted") {
    const CopyAxes axes = file_to_memory({2, 2, 3}, {1, 0});
    const std::vector<std::uint16_t> halves{0x3c00, 0x7c00, 0x7e00, 0xfc00, 0xc000, 0x0001};
    std::vector<std::byte> odd(13);
    std::memcpy(odd.data() + 1, halves.data(), 12);
    std::vector<float> to(6);
    NotFinite found = copy_tensor<AsF16>(axes, odd.data() + 1, to.data());
    CHECK(found.nan == 1);
    CHECK(found.infinite == 2);
    CHECK(to[0] == 1.0f);
    CHECK(to[1] == -std::numeric_limits<float>::infinity());
    CHECK(to[3] == -2.0f);
    CHECK(std::isnan(to[4]));
    CHECK(to[5] == 0x1p-24f);

    const std::vector<double> doubles{0.1, 1e300, -1e300, 3, 4, 5};
    found = copy_tensor<AsF64>(axes, reinterpret_cast<const std::byte*>(doubles.data()), to.data());
    CHECK(found.nan == 0);
    CHECK(found.infinite == 2);
    CHECK(to == std::vector<float>{0.1f, 3, std::numeric_limits<float>::infinity(), 4,
                                   -std::numeric_limits<float>::infinity(), 5});

    std::vector<float> many(1000, 1.0f);
    many[0] = many[517] = many[999] = std::numeric_limits<float>::quiet_NaN();
    many[3] = std::numeric_limits<float>::infinity();
    std::vector<float> copy(1000);
    found = copy_tensor<AsF32>(file_to_memory({2, 25, 40}, {1, 0}), bytes(many), copy.data());
    CHECK(found.nan == 3);
    CHECK(found.infinite == 1);
}
