// A layer of one's own that remembers values in inference, where what is kept is a session's of texts.
// expect: layer_keeps_memory_in_inference_and_reads_no_sequences<
// expect: layer<Remember>
// expect: hint_say_using_reads_Names_Sequences
#include <genotype/genotype.hpp>
using namespace genotype;

struct Remember : LayerBase {
    static constexpr Dims input = vector_dims(any_dim);
    static constexpr Inferred output(Dims in) { return in; }
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        return {.saved = {in.count(), 0}, .forward_scratch = {}, .backward_scratch = {}};
    }
    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>& pass) {
        for (long at = 0; at < pass.batch * pass.in.count(); ++at)
            pass.y[at] = pass.saved.per_sample[at] = 2 * pass.x[at];
    }
};
using Net = Sequential<Linear<3, 4>, Repeat<2, Residual<Remember, Linear<4, 4>>>, Linear<4, 1>>;
Workspace<Net, Shape<3>> run(4);  // <- here
