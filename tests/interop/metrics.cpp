// Our half of metrics.sh: the scores of two files of features, a line each.
// usage: interop_metrics REAL.npy GENERATED.npy NEIGHBOURS closed|open SUBSETS SUBSET_SIZE
#include "genotype/metrics.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "genotype/io/npy.hpp"

using namespace genotype;

namespace {

Eigen::Map<const RowMajorMatrix> rows_of(const FloatArray& array) {
    return {array.values.data(), static_cast<Eigen::Index>(array.sizes.at(0)),
            static_cast<Eigen::Index>(array.sizes.at(1))};
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 7) return 2;
    const FloatArray real_file = load_npy(arguments[1]), generated_file = load_npy(arguments[2]);
    const auto real = rows_of(real_file), generated = rows_of(generated_file);
    const BallRule rule = std::string(arguments[4]) == "closed" ? BallRule::closed : BallRule::open;
    const SampleScores scores =
        score_samples(real, generated,
                      {.kernel = {.subsets = std::atoi(arguments[5]), .subset_size = std::atoi(arguments[6])},
                       .manifold = {.neighbours = std::atoi(arguments[3]), .rule = rule}});
    double distances = 0;
    for (const NearestSample& nearest : nearest_samples(generated, real)) distances += nearest.distance;
    std::printf(
        "frechet %.17g\nkid_mean %.17g\nkid_std %.17g\nprecision %.17g\nrecall %.17g\ndensity %.17g\n"
        "coverage %.17g\nnearest %.17g\n",
        scores.frechet, scores.kernel.mean, scores.kernel.deviation, scores.manifold.precision, scores.manifold.recall,
        scores.manifold.density, scores.manifold.coverage, distances / static_cast<double>(generated.rows()));
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
