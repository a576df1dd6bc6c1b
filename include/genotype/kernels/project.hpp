// What a row is multiplied with where its class has a say, for all devices.
#pragma once

namespace genotype::inline v0_1::kernels {

/// The same weights for all rows, and a table (number of classes, width) of what each class adds to them. `classes`:
/// whole numbers, one of each row.
struct ProjectWeights {
    const float *weights, *bias, *table, *classes;

    /// What a row's sum begins with: the bias, where there is one.
    constexpr double first() const { return bias ? static_cast<double>(*bias) : 0; }
    constexpr const float* of_class(long row, int width) const {
        return table + static_cast<long>(classes[row]) * width;
    }
};

}  // namespace genotype::inline v0_1::kernels
