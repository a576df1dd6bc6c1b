// A layer of one's own with a parameter, which does not say how its norms of single samples are worked out.
// expect: layer_has_no_gradients_of_single_samples
// expect: layer<Shift>
// expect: hint_say_using_sample_norms_SingleGradients_where_samples_are_separate
#include <genotype/genotype.hpp>
using namespace genotype;

struct Shift : LayerBase {
    static constexpr std::array<Parameter, 1> parameters{{{"shift", vector_dims(1), {Initial::constant, 0}}}};
    static constexpr Inferred output(Dims in) { return in; }
};
using Net = Sequential<Linear<3, 8>, Plus<Chain<ReLU>, Chain<Shift>>>;
Workspace<Net, Shape<3>, Training, SampleNorms<Cpu>> run(4);  // <- here
