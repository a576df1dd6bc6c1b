// Reads the files under tests/golden/data (format: tests/golden/cases/store.py) and compares with what they say.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "genotype/layers/parameter.hpp"
#include "genotype/shape/error.hpp"

namespace golden {

/// A tensor as PyTorch has it: its dimensions (the batch among them), its order.
struct Values {
    std::vector<int> dims;
    std::vector<float> values;

    int batch() const { return dims[0]; }
    float scalar() const { return values[0]; }
    /// One sample's dimensions.
    genotype::Dims sample() const {
        genotype::Dims sample{static_cast<int>(dims.size()) - 1};
        for (int axis = 0; axis < sample.rank; ++axis) sample[axis] = dims[static_cast<std::size_t>(axis) + 1];
        return sample;
    }
    /// Row `index` of a table.
    std::span<const float> row(int index) const {
        const auto width = static_cast<std::size_t>(dims[1]);
        return std::span(values).subspan(static_cast<std::size_t>(index) * width, width);
    }
};

/// One file of data, `GENOTYPE_GOLDEN_DIR/NAME.golden`, read at once.
class File {
  public:
    explicit File(const std::string& name) : path_(GENOTYPE_GOLDEN_DIR "/" + name + ".golden") {
        std::ifstream stream(path_, std::ios::binary);
        std::string line;
        if (!std::getline(stream, line) || line != "genotype golden 1")
            genotype::fail(path_, "first line", "'" + line + "'", "'genotype golden 1'");
        std::map<std::string, std::size_t> first;
        while (std::getline(stream, line) && line != "end") {
            std::istringstream words(line);
            std::string tensor;
            std::size_t rank = 0;
            words >> tensor >> rank;
            Values& values = tensors_[tensor];
            values.dims.resize(rank);
            for (int& size : values.dims) words >> size;
            words >> first[tensor];
            if (!words) genotype::fail(path_, "index", "'" + line + "'", "name, rank, dimensions, first value");
        }
        const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
        for (auto& [tensor, values] : tensors_) {
            std::size_t count = 1;
            for (int size : values.dims) count *= static_cast<std::size_t>(size);
            if ((first[tensor] + count) * sizeof(float) > bytes.size())
                genotype::fail(path_, tensor, std::to_string(bytes.size()) + " bytes", "more");
            values.values.resize(count);
            std::memcpy(values.values.data(), bytes.data() + first[tensor] * sizeof(float), count * sizeof(float));
        }
    }

    bool has(const std::string& tensor) const { return tensors_.contains(tensor); }
    const Values& operator[](const std::string& tensor) const {
        const auto found = tensors_.find(tensor);
        if (found == tensors_.end()) genotype::fail(path_, tensor, "nothing", "a tensor");
        return found->second;
    }

  private:
    std::string path_;
    std::map<std::string, Values> tensors_;
};

/// Where value `i` (PyTorch's order) of a tensor lies in memory, for all i.
inline std::vector<std::size_t> places(genotype::Dims dims, genotype::AxisOrder order) {
    std::vector<std::size_t> result;
    long stride[5] = {1, 1, 1, 1, 1};
    const int rank = std::max(dims.rank, 0);
    long size = 1;
    for (int place = rank; place-- > 0;) {
        stride[order[place]] = size;
        size *= dims[order[place]];
    }
    int at[5] = {0, 0, 0, 0, 0};
    for (long i = 0; i < dims.count(); ++i) {
        long place = 0;
        for (int axis = 0; axis < rank; ++axis) place += at[axis] * stride[axis];
        result.push_back(static_cast<std::size_t>(place));
        for (int axis = rank; axis-- > 0;) {
            if (++at[axis] < dims[axis]) break;
            at[axis] = 0;
        }
    }
    return result;
}

/// The places of a sample's values: images and videos are channels-last, all else is in PyTorch's order.
inline std::vector<std::size_t> sample_places(genotype::Dims dims) {
    return places(dims, dims.rank == 3   ? genotype::AxisOrder{1, 2, 0}
                        : dims.rank == 4 ? genotype::AxisOrder{1, 2, 3, 0}
                                         : genotype::AxisOrder{});
}

/// Copies `samples` tensors, one after the other, from PyTorch's order into memory's, or back.
inline void to_memory(const std::vector<std::size_t>& places, int samples, const float* from, float* to) {
    for (int n = 0; n < samples; ++n, from += places.size(), to += places.size())
        for (std::size_t i = 0; i < places.size(); ++i) to[places[i]] = from[i];
}
inline void from_memory(const std::vector<std::size_t>& places, int samples, const float* from, float* to) {
    for (int n = 0; n < samples; ++n, from += places.size(), to += places.size())
        for (std::size_t i = 0; i < places.size(); ++i) to[i] = from[places[i]];
}

/// How far a value may be from the expected one: a share of the tensor's largest value (what sums of values of both
/// signs can keep), or a share of the value itself, but for values below `floor`.
struct Tolerance {
    double of_largest = 1e-5;
    double of_value = -1;  // below 0: not used
    double floor = 0;
};

/// Compares and reports the worst value. Infinite, NaN and wrong are the same.
inline void check_close(std::span<const float> got, std::span<const float> expected, Tolerance tolerance = {}) {
    REQUIRE(got.size() == expected.size());
    double largest = 0;
    for (float value : expected) largest = std::max(largest, std::abs(static_cast<double>(value)));
    double worst = -1;
    std::size_t place = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double size = std::abs(static_cast<double>(expected[i]));
        const double allowed = tolerance.of_value < 0 ? tolerance.of_largest * largest
                                                      : tolerance.of_value * std::max(size, tolerance.floor);
        const double error = std::abs(static_cast<double>(got[i]) - expected[i]);
        const double share = error == 0 ? 0 : !(error <= 1e300) ? 1e300 : allowed > 0 ? error / allowed : 1e300;
        if (share > worst) worst = share, place = i;
    }
    if (worst > 1)
        FAIL_CHECK("value " << place << " of " << got.size() << " is " << got[place] << ", expected " << expected[place]
                            << "; error is " << worst << " times what is allowed");
    else
        CHECK(worst <= 1);
}

}  // namespace golden
