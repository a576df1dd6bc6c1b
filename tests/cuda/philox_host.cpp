// What the devices of the host draw, and what a kernel of the GPU would be given for the same.
// usage: PROGRAM normal|uniform|keep_mask N SEED POSITION STREAM ADDRESS: the functor's bytes, with ADDRESS for its y,
// and the N values go to the standard output, as one line of hexadecimal digits each.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/random.hpp"
#include "genotype/kernels/thrust/random.hpp"

using namespace genotype;

namespace {

constexpr float low = -3, high = 0.1f, probability = 0.3f, scale = 1.4285715f;

template <class Device>
std::vector<float> draw(Device device, const std::string& what, long n, const RandomState& start) {
    std::vector<float> y(static_cast<unsigned long>(n));
    if (what == "normal") fill_normal(device, n, start, y.data());
    if (what == "uniform") fill_uniform(device, n, start, low, high, y.data());
    if (what == "keep_mask") fill_keep_mask(device, n, start, probability, scale, y.data());
    return y;
}

void print(const void* data, unsigned long bytes) {
    for (unsigned long i = 0; i < bytes; ++i) std::printf("%02x", static_cast<const unsigned char*>(data)[i]);
    std::printf("\n");
}

template <class Make>
void print_functor(long n, const RandomState& start, std::uintptr_t address, Make make) {
    const detail::FillPosition<Make> functor{n, start, reinterpret_cast<float*>(address), make};
    print(&functor, sizeof functor);
}

}  // namespace

int main(int count, char** words) {
    if (count != 7) return 2;
    const std::string what = words[1];
    const auto number = [&](int i) { return std::strtoull(words[i], nullptr, 0); };
    const long n = static_cast<long>(number(2));
    const RandomState start{number(3), number(4), number(5)};
    if (what == "normal") print_functor(n, start, number(6), detail::NormalValues{});
    if (what == "uniform")
        print_functor(n, start, number(6), detail::UniformValues{low, high, std::nextafter(high, low)});
    if (what == "keep_mask") print_functor(n, start, number(6), detail::KeepValues{keep_threshold(probability), scale});
    const std::vector<float> values = draw(ThrustCpp{}, what, n, start);
    const unsigned long bytes = values.size() * sizeof(float);
    if (std::memcmp(values.data(), draw(Reference{}, what, n, start).data(), bytes) != 0 ||
        std::memcmp(values.data(), draw(Cpu{}, what, n, start).data(), bytes) != 0) {
        std::fprintf(stderr, "FAULT: the devices of the host do not draw the same\n");
        return 1;
    }
    print(values.data(), bytes);
}
