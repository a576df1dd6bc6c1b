// Loading what does not fit: everything is told at once, and the model is as it was.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "genotype/genotype.hpp"
#include "genotype/io/load_model.hpp"
#include "genotype/io/save_model.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Net = Sequential<Linear<2, 3>, BN<3>>;

std::string bytes_of_model(const Model<Net>& model) {
    std::string bytes;
    for (const auto* arena : {&model.parameters, &model.buffers})
        bytes.append(reinterpret_cast<const char*>(arena->data()), static_cast<std::size_t>(arena->size()) * 4);
    return bytes.append(reinterpret_cast<const char*>(model.packed.data().at),
                        static_cast<std::size_t>(model.packed.bytes()));
}

/// A file of `Net`, of which each tensor may be another or left out.
struct Tensors {
    struct Entry {
        std::string name, dtype, shape, data;
    };
    std::vector<Entry> entries{{"0.weight", "F32", "3,2", bytes_of<float>({1, 2, 3, 4, 5, 6})},
                               {"0.bias", "F32", "3", bytes_of<float>({7, 8, 9})},
                               {"1.weight", "F32", "3", bytes_of<float>({1, 2, 3})},
                               {"1.bias", "F32", "3", bytes_of<float>({4, 5, 6})},
                               {"1.running_mean", "F32", "3", bytes_of<float>({0, 0, 0})},
                               {"1.running_var", "F32", "3", bytes_of<float>({1, 1, 1})},
                               {"1.num_batches_tracked", "I64", "", bytes_of<std::int64_t>({42})}};
    std::string metadata = "";

    Entry& operator[](const std::string& name) {
        for (Entry& entry : entries)
            if (entry.name == name) return entry;
        return entries.emplace_back(Entry{name, "", "", ""});
    }
    void remove(const std::string& name) {
        std::erase_if(entries, [&](const Entry& entry) { return entry.name == name; });
    }
    std::filesystem::path write(const TemporaryFolder& folder) const {
        std::string header = "{" + metadata, data;
        for (const Entry& entry : entries) {
            header += (header.size() > 1 ? "," : "") +
                      tensor_entry(entry.name, entry.dtype, entry.shape, data.size(), data.size() + entry.data.size());
            data += entry.data;
        }
        return folder.file("w.safetensors", safetensors_file(header + "}", data));
    }
};

/// The error of loading, after which the model must be as it was.
std::string refusal(const Tensors& tensors, const LoadOptions& options = {}) {
    TemporaryFolder folder;
    Model<Net> model(Seed{5});
    const std::string before = bytes_of_model(model);
    const std::string error = error_of([&] { load(model, tensors.write(folder), options); });
    CHECK(bytes_of_model(model) == before);
    return error;
}

}  // namespace

TEST_CASE("a file that fits") {
    TemporaryFolder folder;
    Model<Net> model(Seed{5});
    CHECK(load(model, Tensors{}.write(folder)).loaded == 7);
    CHECK(model.parameters.data()[0] == 1.0f);
    CHECK(model.parameters.data()[1] == 3.0f);  // in memory outputs are neighbours
    std::int32_t count = 0;
    std::memcpy(&count, model.buffers.data() + buffer_offset<BN<3>>(2), sizeof count);
    CHECK(count == 42);
}

TEST_CASE("one error lists all faults, the other model first") {
    Tensors tensors;
    tensors.metadata = "\"__metadata__\":{\"genotype.model\":\"Sequential<Linear<9, 3, Bias>>\"}";
    tensors["0.weight"] = {"0.weight", "F32", "2,3", bytes_of<float>({1, 2, 3, 4, 5, 6})};
    tensors["0.bias"] = {"0.bias", "F16", "3", "123456"};
    tensors.remove("1.weight");
    tensors["1.bias"] = {"1.bias", "I32", "3", "123456789012"};
    tensors.entries.push_back(tensors["1.running_mean"]);
    tensors["1.num_batches_tracked"] = {"1.num_batches_tracked", "I32", "2", "12345678"};
    tensors["\\u0007extra"] = {"\\u0007extra", "U8", "1,1", "1"};
    const std::string error = refusal(tensors);
    CHECK(contains(error,
                   "w.safetensors: 8 faults, and the model is as it was:\n\"genotype.model\": found "
                   "\"Sequential<Linear<9, 3, Bias>>\", expected \"Sequential<Linear<2, 3, Bias>, BN<3>>\"\n"));
    CHECK(contains(error, "\n\"0.weight\": found F32 [2, 3], expected F32 [3, 2]\n"));
    CHECK(contains(error, "\n\"0.bias\": found F16 [3], expected F32 [3] (LoadOptions::convert = true converts)\n"));
    CHECK(contains(error, "\n\"1.weight\": found nothing, expected F32 [3]\n"));
    CHECK(contains(error, "\n\"1.bias\": found I32 [3], expected F32 [3]\n"));
    CHECK(contains(error, "\n\"1.running_mean\": found two tensors of this name, expected one, F32 [3]\n"));
    CHECK(contains(error,
                   "\n\"1.num_batches_tracked\": found I32 [2], expected I64 [], or one number of another type\n"));
    CHECK(error.ends_with("\n\"?extra\": found U8 [1, 1], expected nothing"));
}

TEST_CASE("each fault alone is one") {
    Tensors tensors;
    tensors.remove("0.bias");
    CHECK(
        contains(refusal(tensors), "1 fault, and the model is as it was: \"0.bias\": found nothing, expected F32 [3]"));
    CHECK(contains(refusal(tensors, {.prefix = "0."}), "\"0.0.weight\": found nothing"));
    tensors = {};
    tensors["1.weight"].shape = "1,3";
    CHECK(contains(refusal(tensors), "1 fault, and the model is as it was: \"1.weight\": found F32 [1, 3], expected"));
    tensors = {};
    tensors["0"] = {"0", "F32", "", "1234"};
    CHECK(contains(refusal(tensors), "1 fault, and the model is as it was: \"0\": found F32 [], expected nothing"));
    tensors = {};
    tensors.metadata = "\"__metadata__\":{\"genotype.model\":\"Sequential<Linear<2, 3, Bias>, BN<3>, Tanh>\"}";
    CHECK(contains(refusal(tensors), "1 fault, and the model is as it was: \"genotype.model\": found"));
    tensors.metadata = "\"__metadata__\":{\"genotype.model\":\"Sequential<Linear<2, 3, Bias>, BN<3>>\"}";
    CHECK(refusal(Tensors{}, {.prefix = "none."}) != "no error");
    TemporaryFolder folder;
    Model<Net> model;
    CHECK(load(model, tensors.write(folder)).faults.empty());
    CHECK(contains(error_of([&] { load(model, folder / "absent"); }), "absent: file: found No such file"));
}

TEST_CASE("a counter has a range") {
    for (const std::int64_t wrong :
         {std::int64_t{-1}, std::int64_t{1} << 31, std::numeric_limits<std::int64_t>::min()}) {
        Tensors tensors;
        tensors["1.num_batches_tracked"].data = bytes_of<std::int64_t>({wrong});
        CHECK(contains(refusal(tensors), "\"1.num_batches_tracked\": found " + std::to_string(wrong) +
                                             ", expected a count of 0 to 2147483647"));
    }
    Tensors tensors;
    tensors["1.num_batches_tracked"].data = bytes_of<std::int64_t>({2147483647});
    TemporaryFolder folder;
    Model<Net> model;
    CHECK(load(model, tensors.write(folder)).loaded == 7);
}

TEST_CASE("issue 17.18: a counter of another type, in a list of one, or absent, as load_state_dict takes it") {
    const auto loaded = [](const Tensors& tensors) {
        const TemporaryFolder folder;
        Model<Net> model(Seed{5});
        std::int32_t count = 5;
        float* const place = model.buffers.data() + buffer_offset<BN<3>>(2);
        std::memcpy(place, &count, sizeof count);
        load(model, tensors.write(folder));
        std::memcpy(&count, place, sizeof count);
        return count;
    };
    const std::string name = "1.num_batches_tracked";
    for (const auto& [dtype, bytes] :
         std::vector<std::pair<std::string, std::string>>{{"I64", bytes_of<std::int64_t>({7})},
                                                          {"I32", bytes_of<std::int32_t>({7})},
                                                          {"U32", bytes_of<std::uint32_t>({7})},
                                                          {"U64", bytes_of<std::uint64_t>({7})},
                                                          {"I16", bytes_of<std::int16_t>({7})},
                                                          {"U16", bytes_of<std::uint16_t>({7})},
                                                          {"I8", "\7"},
                                                          {"U8", "\7"},
                                                          {"F32", bytes_of<float>({7})},
                                                          {"F64", bytes_of<double>({7})},
                                                          {"F16", bytes_of<std::uint16_t>({0x4700})},
                                                          {"BF16", bytes_of<std::uint16_t>({0x40e0})}})
        for (const char* shape : {"", "1"}) {
            CAPTURE(dtype);
            Tensors tensors;
            tensors[name] = {name, dtype, shape, bytes};
            CHECK(loaded(tensors) == 7);
        }
    Tensors none;
    none.remove(name);
    CHECK(loaded(none) == 5);
    for (const auto& [dtype, shape, bytes, words] : std::vector<std::array<std::string, 4>>{
             {"F32", "", bytes_of<float>({3.5f}), "found 3.5, expected a count of 0 to 2147483647"},
             {"F32", "", bytes_of<float>({-1}), "found -1, expected a count"},
             {"F32", "", bytes_of<float>({NAN}), "found nan, expected a count"},
             {"F64", "", bytes_of<double>({1e300}), "found 1000000000000000052504760255204"},
             {"U32", "", bytes_of<std::uint32_t>({~0u}), "found 4294967295, expected a count"},
             {"I64", "1,1", bytes_of<std::int64_t>({7}), "found I64 [1, 1], expected I64 []"},
             {"I64", "0", "", "found I64 [0], expected I64 []"},
             {"F8_E4M3", "", "1", "found F8_E4M3 [], expected I64 [], or one number of another type"}}) {
        Tensors tensors;
        tensors[name] = {name, dtype, shape, bytes};
        CHECK_MESSAGE(contains(refusal(tensors), "1 fault, and the model is as it was: \"" + name + "\": " + words),
                      refusal(tensors));
    }
}

TEST_CASE("issue 17.18: a prefix before all names is said, and taken where it is given") {
    for (const std::string prefix : {"module.", "_orig_mod.", "model.net.module."}) {
        Tensors tensors;
        for (Tensors::Entry& entry : tensors.entries) entry.name = prefix + entry.name;
        tensors["beside"] = {"beside", "U8", "", "1"};
        for (const bool has_counter : {true, false}) {
            if (!has_counter) tensors.remove(prefix + "1.num_batches_tracked");
            const std::string hint = "all of the model's names are there behind \"" + prefix +
                                     "\": LoadOptions::prefix = \"" + prefix + "\" reads them";
            CHECK(
                contains(refusal(tensors), " faults, and the model is as it was (" + hint + "):\n\"0.weight\": found"));
            CHECK(contains(refusal(tensors, {.prefix = "net."}), hint));
            const TemporaryFolder folder;
            Model<Net> model;
            CHECK(load(model, tensors.write(folder), {.prefix = prefix}).loaded == (has_counter ? 7 : 6));
            const LoadReport report = load(model, folder / "w.safetensors", {.strict = false});
            CHECK(report.loaded == 0);
            CHECK(report.hint == hint);
        }
    }
    CHECK(contains(refusal(Tensors{}, {.prefix = "net."}),
                   "(all of the model's names are there without \"net.\": LoadOptions::prefix = \"\" reads them)"));
    Tensors both;
    for (const char* prefix : {"a.", "b."})
        for (const Tensors::Entry& entry : Tensors{}.entries)
            both.entries.push_back({prefix + entry.name, entry.dtype, entry.shape, entry.data});
    both.entries.erase(both.entries.begin(), both.entries.begin() + 7);
    CHECK(contains(refusal(both),
                   "behind \"a.\" and behind \"b.\": LoadOptions::prefix = \"a.\" or LoadOptions::prefix = "
                   "\"b.\" reads them"));
    // Only some behind a prefix: that is no hint.
    Tensors some;
    some["0.weight"].name = "module.0.weight";
    CHECK(contains(refusal(some), "2 faults, and the model is as it was:\n"));
}

TEST_CASE("without strict the same list is a value, and what fits is loaded") {
    Tensors tensors;
    tensors.metadata = "\"__metadata__\":{\"genotype.model\":\"Other\"}";
    tensors["0.weight"].shape = "6";
    tensors.remove("1.bias");
    tensors["more"] = {"more", "U8", "", "1"};
    TemporaryFolder folder;
    Model<Net> model(Seed{5});
    const Model<Net> before(Seed{5});
    const LoadReport report = load(model, tensors.write(folder), {.strict = false});
    REQUIRE(report.faults.size() == 4);
    CHECK(report.faults[0].tensor == "genotype.model");
    CHECK(report.faults[1].tensor == "0.weight");
    CHECK(report.faults[1].found == "F32 [6]");
    CHECK(report.faults[1].expected == "F32 [3, 2]");
    CHECK(report.faults[2].tensor == "1.bias");
    CHECK(report.faults[3].tensor == "more");
    CHECK(report.loaded == 5);
    CHECK(contains(refusal(tensors), report.text()));
    CHECK(model.parameters.data()[0] == before.parameters.data()[0]);
    CHECK(model.parameters.data()[parameter_offset<Linear<2, 3>>(1)] == 7.0f);
}

TEST_CASE("other dtypes are converted when asked, and floats alone") {
    TemporaryFolder folder;
    Tensors tensors;
    tensors["0.weight"] = {"0.weight", "F16", "3,2",
                           bytes_of<std::uint16_t>({0x3c00, 0x0001, 0xc000, 0x7bff, 0, 0x8000})};
    tensors["0.bias"] = {"0.bias", "F64", "3", bytes_of<double>({0.1, 1e-50, -3})};
    tensors["1.weight"] = {"1.weight", "BF16", "3", bytes_of<std::uint16_t>({0x3f80, 0x4000, 0xc040})};
    Model<Net> model;
    CHECK(load(model, tensors.write(folder), {.convert = true}).loaded == 7);
    const float* const weight = model.parameters.data();
    CHECK(weight[0] == 1.0f);
    CHECK(weight[1] == -2.0f);
    CHECK(weight[2] == 0.0f);
    CHECK(weight[3] == 0x1p-24f);
    CHECK(weight[4] == 65504.0f);
    CHECK(std::signbit(weight[5]));
    const float* const bias = weight + parameter_offset<Linear<2, 3>>(1);
    CHECK(bias[0] == 0.1f);
    CHECK(bias[1] == 0.0f);
    const float* const norm = weight + parameter_floats<Linear<2, 3>>();
    CHECK(norm[0] == 1.0f);
    CHECK(norm[2] == -3.0f);
    CHECK(contains(refusal(tensors), "3 faults"));
    tensors["1.bias"] = {"1.bias", "I32", "3", "123456789012"};
    tensors["1.num_batches_tracked"] = {"1.num_batches_tracked", "C64", "", bytes_of<double>({1})};
    const std::string error = refusal(tensors, {.convert = true});
    CHECK(contains(error, "2 faults"));
    CHECK(contains(error, "\"1.bias\": found I32 [3], expected F32 [3]\n"));
    CHECK(contains(error, "\"1.num_batches_tracked\": found C64 [], expected I64 []"));
}

TEST_CASE("values that are not finite are loaded and counted") {
    constexpr float none = std::numeric_limits<float>::quiet_NaN(), most = std::numeric_limits<float>::infinity();
    Tensors tensors;
    tensors["0.weight"].data = bytes_of<float>({none, 1, 2, most, -none, 3});
    tensors["1.bias"].data = bytes_of<float>({-most, 0, none});
    TemporaryFolder folder;
    Model<Net> model;
    const LoadReport report = load(model, tensors.write(folder));
    CHECK(report.nan == 3);
    CHECK(report.infinite == 2);
    CHECK(report.loaded == 7);
    CHECK(std::isnan(model.parameters.data()[0]));
}

TEST_CASE("a file that is open, and the same in memory") {
    TemporaryFolder folder;
    Model<Net> one(Seed{1}), other(Seed{2}), third(Seed{3});
    const std::filesystem::path path = Tensors{}.write(folder);
    const std::string content = content_of(path);
    load(one, path);
    CHECK(load(other, SafeTensors(path)).loaded == 7);
    CHECK(load(third, SafeTensors(std::as_bytes(std::span(content)), "memory")).loaded == 7);
    CHECK(bytes_of_model(other) == bytes_of_model(one));
    CHECK(bytes_of_model(third) == bytes_of_model(one));
}

TEST_CASE("a file that is cut while it is open is an error") {
    using Wide = Linear<300, 300>;
    TemporaryFolder folder;
    Model<Wide> model;
    save(model, folder / "w");
    const SafeTensors file(folder / "w");
    std::filesystem::resize_file(folder / "w", 100'000);
    const std::string error = error_of([&] { load(model, file); });
    CHECK(contains(error, "/w: file: found no byte "));
    CHECK(contains(error, " any more, expected 36"));
}
