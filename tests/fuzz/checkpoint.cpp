// A checkpoint as a file: a training that refuses it is as it was; one that takes it has a state that the next step can
// resume from, and takes it again to the same bits.
#include "genotype/checkpoint.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/fuzz.hpp"

using namespace genotype;

namespace {

using Net = VariationalAutoencoder<Sequential<Linear<3, 2>>, Sequential<Linear<1, 3>, Sigmoid>>;

class Target {
  public:
    void resume(std::span<const std::uint8_t> bytes) {
        file_.set(bytes);
        const std::vector<std::uint32_t> before = state();
        bool taken = false;
        fuzz::attempt([&] {
            trainer_.resume(file_.path(), history_);
            taken = true;
        });
        if (!taken) return fuzz::expect(state() == before, "a training that refuses a file is as it was");
        const std::vector<std::uint32_t> after = state();
        trainer_.resume(file_.path(), history_);
        fuzz::expect(state() == after, "a file that is taken twice gives the same state");
        fuzz::expect(history_.values().size() % history_.columns().size() == 0, "whole rows of losses");
        trainer_.step(samples_);
    }

  private:
    /// All bits of the weights and the steps.
    std::vector<std::uint32_t> state() {
        const auto& parameters = trainer_.model().parameters;
        std::vector<std::uint32_t> bits(static_cast<std::size_t>(parameters.size()));
        std::transform(parameters.data(), parameters.data() + parameters.size(), bits.begin(),
                       [](float value) { return std::bit_cast<std::uint32_t>(value); });
        bits.push_back(static_cast<std::uint32_t>(trainer_.steps()));
        bits.push_back(static_cast<std::uint32_t>(history_.rows()));
        return bits;
    }

    fuzz::MemoryFile file_;
    Trainer<Net, Reference> trainer_{{.batch = 2}};
    History history_{{"reconstruction", "kl"}};
    Tensor<Shape<3>> samples_{2};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Target target;
    target.resume(std::span(data, size));
    return 0;
}
