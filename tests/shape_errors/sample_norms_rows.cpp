// Norms of texts through a layer of one's own whose norms are those of rows alone.
// expect: norms_of_a_layer_are_of_single_rows
// expect: hint_let_add_squared_norms_take_SampleRows
#include <genotype/genotype.hpp>
using namespace genotype;

struct OfRows {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return ProductNorms::scratch<L, Device>(in);
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        ProductNorms::add_squared_norms<L>(device, pass, SampleRows(pass.batch), norms);
    }
};
struct Own : Linear<8, 20> {
    using sample_norms = OfRows;
};
using Net = Sequential<Embedding<20, 8>, Residual<SelfAttention<8, 2>>, Own>;
void norms_of(Workspace<Net, Shape<1>, Training, SampleNorms<Cpu>>& run, const Model<Net>& model,
              const Tensor<Shape<1>>& tokens, const Tensor<Shape<20>>& gradient, const kernels::Sequences& texts,
              float* norms) {
    run.squared_norms(model, tokens, gradient, texts, norms);  // <- here
}
