// Models go to files and come back to the bit, with PyTorch's names, shapes and order of values.
#include <doctest/doctest.h>

#include <cstring>

#include "genotype/genotype.hpp"
#include "genotype/io/load_model.hpp"
#include "genotype/io/save_model.hpp"
#include "support/dcgan.hpp"
#include "support/safetensors_file.hpp"
#include "support/small_files.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

/// All bytes that a model owns.
template <class Net, class Device>
std::string bytes_of_model(const Model<Net, Device>& model) {
    std::string bytes;
    for (const auto* arena : {&model.parameters, &model.buffers})
        bytes.append(reinterpret_cast<const char*>(arena->data()), static_cast<std::size_t>(arena->size()) * 4);
    return bytes.append(reinterpret_cast<const char*>(model.packed.data().at),
                        static_cast<std::size_t>(model.packed.bytes()));
}

/// Other values in every tensor, buffers too, and a counter that has counted.
template <class Net, class Device>
void stir(Model<Net, Device>& model) {
    float next = 0.5f;
    for_each_tensor<Net, detail::Owned::buffers>([&](const std::string&, const Parameter& tensor, long offset) {
        for (long i = 0; i < tensor.count(); ++i) model.buffers.data()[offset + i] = next += 0.25f;
        const std::int32_t count = 123'456;
        if (tensor.initial.kind == Initial::counter) std::memcpy(model.buffers.data() + offset, &count, sizeof count);
    });
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
        for (long i = 0; i < tensor.count(); ++i) model.parameters.data()[offset + i] += next += 0.001f;
    });
    model.prepare();
}

template <class Net, class Device = Cpu>
void round_trip() {
    TemporaryFolder folder;
    Model<Net, Device> written(Seed{1}), read(Seed{2});
    stir(written);
    save(written, folder / "m.safetensors");
    REQUIRE((parameter_count<Net> == 0 || bytes_of_model(written) != bytes_of_model(read)));
    const LoadReport report = load(read, folder / "m.safetensors");
    CHECK(bytes_of_model(written) == bytes_of_model(read));
    CHECK(report.faults.empty());
    CHECK(report.loaded == static_cast<long>(SafeTensors(folder / "m.safetensors").tensors().size()));
    CHECK(report.nan == 0);
    CHECK(report.infinite == 0);
}

using Blocks = Sequential<Conv<2, 6, 3, 1, 1, Bias>, GroupNorm<2, 6>, Residual<Conv<6, 6, 3, 1, 1>, BN<6>, ReLU>,
                          Repeat<3, Residual<Sequential<Conv<6, 6, 3, 1, 1>, BN<6>>, Projection<Conv<6, 6, 1>>>, SiLU>,
                          LayerNorm<6, 4, 4>, Flatten, Linear<96, 5>>;

std::vector<std::string> names_of(const std::filesystem::path& path) {
    std::vector<std::string> names;
    const SafeTensors file(path);
    for (const TensorInfo& tensor : file.tensors()) names.push_back(tensor.name + " " + tensor.text());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("round trips to the bit") {
    round_trip<dcgan::Generator>();
    round_trip<dcgan::Discriminator>();
    round_trip<dcgan::Generator, Reference>();
    round_trip<VAE<784, 256, 20>>();
    round_trip<Blocks>();
    round_trip<Sequential<Linear<1500, 1000>>>();  // more than a piece
    round_trip<Sequential<Tanh>>();                // no tensor at all
}

TEST_CASE("PyTorch's names, shapes and dtypes") {
    TemporaryFolder folder;
    save(Model<Sequential<Residual<Conv<2, 6, 3, 1, 1, Bias>, BN<6>, Projection<Conv<2, 6, 1>>>,
                          Repeat<2, Residual<Conv<6, 6, 1, 1, 0, Bias>>>, LayerNorm<6, 4, 5>>>(),
         folder / "a");
    CHECK(names_of(folder / "a") ==
          std::vector<std::string>{
              "0.branch.0.bias F32 [6]", "0.branch.0.weight F32 [6, 2, 3, 3]", "0.branch.1.bias F32 [6]",
              "0.branch.1.num_batches_tracked I64 []", "0.branch.1.running_mean F32 [6]",
              "0.branch.1.running_var F32 [6]", "0.branch.1.weight F32 [6]", "0.projection.0.weight F32 [6, 2, 1, 1]",
              "1.0.0.branch.0.bias F32 [6]", "1.0.0.branch.0.weight F32 [6, 6, 1, 1]", "1.1.0.branch.0.bias F32 [6]",
              "1.1.0.branch.0.weight F32 [6, 6, 1, 1]", "2.bias F32 [6, 4, 5]", "2.weight F32 [6, 4, 5]"});
    save(Model<VAE<8, 6, 2>>(), folder / "b");
    CHECK(names_of(folder / "b").front() == "decoder.0.bias F32 [6]");
    CHECK(names_of(folder / "b").back() == "encoder.4.weight F32 [4, 6]");
    save(Model<Sequential<ConvT<3, 5, 4>>>(), folder / "c");
    CHECK(names_of(folder / "c") == std::vector<std::string>{"0.weight F32 [3, 5, 4, 4]"});
}

TEST_CASE("PyTorch's order of values: a Linear's row is an output, a kernel's values are row after row") {
    TemporaryFolder folder;
    Model<Sequential<Linear<3, 2>>> linear;
    load(linear, folder.file("l", safetensors_file("{" + tensor_entry("0.weight", "F32", "2,3", 0, 24) + "," +
                                                       tensor_entry("0.bias", "F32", "2", 24, 32) + "}",
                                                   bytes_of<float>({1, 2, 3, 4, 5, 6, 10, 20}))));
    Tensor<Shape<3>> x(1);
    x(0, 0) = 1, x(0, 1) = 10, x(0, 2) = 100;
    const auto y = linear(x);
    CHECK(y(0, 0) == 331.0f);  // 1 + 20 + 300 + 10
    CHECK(y(0, 1) == 674.0f);
    save(linear, folder / "again");
    const SafeTensors again(folder / "again");
    const auto bytes = again.bytes(again.at("0.weight"));
    CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) ==
          bytes_of<float>({1, 2, 3, 4, 5, 6}));

    // (1, 2, 2, 2): out, in, row, column.
    Model<Sequential<Conv<2, 1, 2>>> conv;
    load(conv, folder.file("c", safetensors_file("{" + tensor_entry("0.weight", "F32", "1,2,2,2", 0, 32) + "}",
                                                 bytes_of<float>({1, 2, 3, 4, 5, 6, 7, 8}))));
    Tensor<Shape<2, 2, 2>> image(1);
    for (const int channel : {0, 1})
        for (const int row : {0, 1})
            for (const int column : {0, 1}) {
                for (long i = 0; i < image.size(); ++i) image.data()[i] = 0;
                image(0, channel, row, column) = 1;
                CHECK(conv(image)(0, 0, 0, 0) == static_cast<float>(1 + channel * 4 + row * 2 + column));
            }
}

TEST_CASE("a prefix, and names that differ") {
    TemporaryFolder folder;
    using Net = Sequential<Linear<4, 3>, BN<3>>;
    Model<Net> written(Seed{1}), read(Seed{2});
    const auto rename = [](const std::string& name) {
        return name.starts_with("0.") ? "fc." + name.substr(2) : "norm." + name.substr(2);
    };
    save(written, folder / "f", {.prefix = "net."}, rename);
    CHECK(names_of(folder / "f").front() == "net.fc.bias F32 [3]");
    load(read, folder / "f", {.prefix = "net."}, rename);
    CHECK(bytes_of_model(read) == bytes_of_model(written));
    // A count that is not there is no fault.
    CHECK(contains(error_of([&] { load(read, folder / "f", {}, rename); }), "13 faults"));
    CHECK(contains(error_of([&] { load(read, folder / "f", {.prefix = "net."}); }), "13 faults"));
    const std::string same = error_of([&] { save(written, folder / "f", {}, [](const std::string&) { return "a"; }); });
    CHECK(contains(same, "\"a\": found two tensors of this name"));
    const std::string all =
        error_of([&] { load(read, folder / "f", {.prefix = "net."}, [](const std::string&) { return "fc.bias"; }); });
    CHECK(contains(all, "\"net.fc.bias\": found two tensors of the model with this name, expected one"));

    // What lies beside the prefix is nobody's business.
    Model<Sequential<Linear<4, 3>>> half;
    const std::string header = "{" + tensor_entry("x.0.weight", "F32", "3,4", 0, 48) + "," +
                               tensor_entry("x.0.bias", "F32", "3", 48, 60) + "," +
                               tensor_entry("y.0.bias", "U8", "4", 60, 64) + "}";
    const auto file = folder.file("g", safetensors_file(header, std::string(64, '\0')));
    CHECK(load(half, file, {.prefix = "x."}).loaded == 2);
    CHECK(contains(error_of([&] { load(half, file); }), "\"y.0.bias\": found U8 [4], expected nothing"));
}

TEST_CASE("metadata: the model, the version, the training, and what PyTorch asks for") {
    TemporaryFolder folder;
    using Net = Sequential<Linear<4, 3>, Tanh>;
    save(Model<Net>(), folder / "f", {.training = "3 epochs of \"x\""});
    CHECK(SafeTensors(folder / "f").metadata() ==
          FileMetadata{{"format", "pt"},
                       {"genotype.model", "Sequential<Linear<4, 3, Bias>, Tanh>"},
                       {"genotype.training", "3 epochs of \"x\""},
                       {"genotype.version", std::string(version)}});
    save(Model<Net>(), folder / "f", {.prefix = "a.b."});
    CHECK(SafeTensors(folder / "f").metadata().contains("genotype.model.a.b"));
    CHECK(!SafeTensors(folder / "f").metadata().contains("genotype.training"));
}

TEST_CASE("a save that fails leaves the file before it") {
    TemporaryFolder folder;
    folder.file("f", "old");
    const Model<Sequential<Linear<100, 100>>> model;
    {
        SmallFiles limit(10'000);
        CHECK(contains(error_of([&] { save(model, folder / "f"); }), "content: found File too large"));
    }
    CHECK(content_of(folder / "f") == "old");
    CHECK(folder.entries() == 1);
    CHECK(contains(error_of([&] { save(model, folder / "absent/f"); }), "folder: found no such folder"));
}
