// A user's program that shows a batch as Eigen's and as xtensor's array.
#include <genotype/interop/eigen.hpp>
#include <genotype/interop/xtensor.hpp>

using namespace genotype;

int main() {
    Tensor<Shape<2>> x(3);
    as_eigen(x)(2, 1) = 4;
    return as_xtensor(x)(2, 1) == 4.f ? 0 : 1;
}
