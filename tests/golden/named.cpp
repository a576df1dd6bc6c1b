// Layers that read a value by name against PyTorch.
#include "genotype/layers/project.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

namespace {

struct context : Name {};

template <class L>
void check(const std::string& name, double tolerance = 1e-5) {
    static const golden::File file("named");
    golden::check_layer<L>(file, name, {.of_largest = tolerance});
}

}  // namespace

TEST_CASE("issue 18.3: Project") {
    check<Project<context, 3, 5>>("project_3_5", 1e-6);
    check<Project<context, 10, 70>>("project_10_70", 1e-6);
}
