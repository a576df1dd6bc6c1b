// A .npy file's bytes as floats, as samples, as images and as labels, converted and not.
#include <functional>
#include <numeric>

#include "genotype/io/npy_array.hpp"
#include "support/fuzz.hpp"

using namespace genotype;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const bool convert : {false, true}) {
        fuzz::attempt([&] {
            fuzz::Bytes bytes({data, size});
            const FloatArray array = detail::read_npy_floats(bytes, {convert});
            const std::size_t count =
                std::accumulate(array.sizes.begin(), array.sizes.end(), std::size_t{1}, std::multiplies<>());
            fuzz::expect(array.values.size() == count, "as many values as the sizes say");
        });
        fuzz::attempt([&] {
            fuzz::Bytes bytes({data, size});
            const Tensor<Shape<3>> tensor = detail::read_npy_tensor<Shape<3>>(bytes, {convert});
            fuzz::expect(tensor.batch() >= 0 && tensor.size() < static_cast<long>(size), "no more than was there");
        });
        fuzz::attempt([&] {
            fuzz::Bytes bytes({data, size});
            fuzz::expect_whole(detail::read_npy_images(bytes, {convert}));
        });
    }
    fuzz::attempt([&] {
        fuzz::Bytes bytes({data, size});
        for (const int label : detail::read_npy_labels(bytes)) fuzz::expect(label >= 0, "labels from 0 on");
    });
    return 0;
}
