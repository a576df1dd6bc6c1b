// Where the giving out of batches stands.
#pragma once

namespace genotype::inline v0_1 {

/// Which batch a loader gives next.
struct LoaderPosition {
    long epoch = 0;
    int batch = 0;
    friend bool operator==(LoaderPosition, LoaderPosition) = default;
};

}  // namespace genotype::inline v0_1
