// A host's batch for a network that runs on a device with memory of its own.
// expect: batch_is_in_another_memory
// expect: got<genotype::HostMemory>
// expect: wants<Far>
#include <genotype/genotype.hpp>
using namespace genotype;

struct Far : Cpu {
    static constexpr bool on_host = false;
};
using Net = Sequential<Linear<3, 4>, ReLU>;
void run(Model<Net, Far>& model, Workspace<Net, Shape<3>, Inference, Far>& workspace, View<Shape<3>> x) {
    workspace.forward(model, x);  // <- here
}
