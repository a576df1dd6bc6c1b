// Two hundred layers in one model, no two of them the same type: how compile time grows with a model's length.
#include <genotype/genotype.hpp>
#include <type_traits>
#include <utility>

using namespace genotype;

// Linear<8, 9>, BN<9>, Linear<9, 10>, BN<10>, ...
template <int I>
using NthLayer = std::conditional_t<I % 2 == 0, Linear<8 + I / 2, 9 + I / 2>, BN<9 + I / 2>>;

template <int... I>
Sequential<NthLayer<I>...> chain(std::integer_sequence<int, I...>);
using Net = decltype(chain(std::make_integer_sequence<int, 200>{}));
static_assert(std::same_as<OutputShape<Net, Shape<8>>, Shape<108>>);

int main() {
    Model<Net> model;
    const Tensor<Shape<8>> x(4);
    const Tensor<Shape<108>> y = model(x);
    Workspace<Net, Shape<8>, Training> workspace(4);
    workspace.forward(model, View<Shape<8>>(x));
    workspace.backward(model, View<Shape<8>>(x), y, {});
}
