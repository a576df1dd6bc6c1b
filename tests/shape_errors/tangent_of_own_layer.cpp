// The tangent of a network of which one layer, within others, says none.
// expect: layer_has_no_tangent<
// expect: At<1, 0>
// expect: Cube
#include <genotype/tangents.hpp>
using namespace genotype;

struct Cube : Activation<Cube> {
    template <class V>
    static constexpr V value(V x) {
        return x * x * x;
    }
    template <class V>
    static constexpr V derivative(V x) {
        return V(3.f) * x * x;
    }
};
using Critic = Sequential<Linear<3, 4>, Residual<Cube, Linear<4, 4>>, Linear<4, 1>>;

int main() {
    TangentWorkspace<Critic, Shape<3>> run(2);  // <- here
}
