// Gradients in the host's memory, of a network that runs on a device with memory of its own.
// expect: gradients_are_in_another_memory
// expect: got<genotype::HostMemory>
// expect: wants<Far>
#include <genotype/genotype.hpp>
using namespace genotype;

struct Far : Cpu {
    static constexpr bool on_host = false;
};
using Net = Sequential<Linear<3, 4>, ReLU>;
void run(Model<Net, Far>& model, Workspace<Net, Shape<3>, Training, Far>& workspace, ViewOn<Shape<3>, Far> x,
         ViewOn<Shape<4>, Far> derivative, Gradients<Net>& gradients) {
    workspace.backward(model, x, derivative, {.gradients = gradients});  // <- here
}
