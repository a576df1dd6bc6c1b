// A program of somebody else's with a text model whose type CMake made of the model's files.
#include <genotype/genotype.hpp>

#include "tiny_model.hpp"

using namespace genotype;

static_assert(tiny_model::config.rope_theta == 500'000 && tiny_model::config.head_width == 8);
static_assert(std::same_as<OutputShape<tiny_model::Model, Shape<1>>, Shape<40>>);

int main() {
    const Model<tiny_model::Model> model(Seed{1});
    return std::isfinite(*model.parameters.data()) ? 0 : 1;
}
