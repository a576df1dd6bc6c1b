// How many of a classifier's answers are right.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "genotype/memory/view.hpp"

namespace genotype::inline v0_1::detail {

/// How many samples have the first of their largest outputs at their label's place. `here` is for outputs that lie in
/// another memory than the host's.
template <class Device, ShapeType S>
long right_answers(ViewOn<S, Device> output, const int* labels, std::vector<float>& here) {
    const float* of_sample = output.data;
    if constexpr (!Device::on_host) {
        here.resize(static_cast<std::size_t>(output.size()));
        Device::download(output.data, output.size(), here.data());
        of_sample = here.data();
    }
    long right = 0;
    for (int sample = 0; sample < output.batch; ++sample, of_sample += S::count)
        right += std::max_element(of_sample, of_sample + S::count) - of_sample == labels[sample];
    return right;
}

}  // namespace genotype::inline v0_1::detail
