// A value for a name, in the host's memory, of a network that runs on a device with memory of its own.
// expect: value_is_in_another_memory
// expect: name<label>
// expect: got<genotype::HostMemory>
// expect: wants<Far>
#include <genotype/genotype.hpp>
using namespace genotype;

struct Far : Cpu {
    static constexpr bool on_host = false;
};
struct label : Given<Class<10>> {};
using Net = Sequential<Linear<3, 4>, Concat<label, 1>>;
void run(Model<Net, Far>& model, Workspace<Net, Shape<3>, Inference, Far>& workspace, ViewOn<Shape<3>, Far> x,
         View<Shape<1>> labels) {
    workspace.forward(model, x, {given<label>(labels)});  // <- here
}
