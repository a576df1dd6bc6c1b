// Holds a language model against what transformers says of the same weights: tests/golden/generate_text.py.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "genotype/text.hpp"
#include "support/devices.hpp"
#include "support/golden.hpp"

namespace golden {

/// `TEXT/ids` of the file.
inline std::vector<int> ids_of(const File& file, const std::string& text) {
    const auto& values = file[text + "/ids"].values;
    return {values.begin(), values.end()};
}

/// Logits of one text's tokens, read in pieces of `piece` tokens.
template <class Run>
std::vector<float> logits_in_pieces(Run& run, const std::vector<int>& ids, int piece, int slot) {
    std::vector<float> all;
    const int length = static_cast<int>(ids.size());
    for (int first = 0; first < length; first += piece) {
        const int count = std::min(piece, length - first);
        const genotype::kernels::SequenceRows rows{.row = 0, .count = count, .position = first, .slot = slot};
        const std::span tokens =
            std::span(ids).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
        const float* logits = run.forward_all(tokens, {&rows, 1});
        all.insert(all.end(), logits, logits + static_cast<long>(count) * run.vocabulary());
    }
    return all;
}

/// What inference says of both texts: whole, in pieces of any size, and side by side.
template <class Net, class Device, class Weights>
void check_inference(const File& file, const Weights& weights, int context) {
    using namespace genotype;
    const std::vector<int> first = ids_of(file, "short"), second = ids_of(file, "long");
    TextRun<Net, Device> run(weights, {.slots = 3, .context = context, .max_rows = 64});
    for (const int piece : {1, 2, 5, 16, 40}) {
        CAPTURE(piece);
        check_close(logits_in_pieces(run, first, piece, 1), file["short/logits"].values);
        check_close(logits_in_pieces(run, second, piece, 2), file["long/logits"].values);
    }
    std::vector<int> both = second;
    both.insert(both.end(), first.begin(), first.end());
    const int length = static_cast<int>(second.size());
    const std::vector<kernels::SequenceRows> texts{{.row = 0, .count = length, .slot = 2},
                                                   {.row = length, .count = static_cast<int>(first.size()), .slot = 0}};
    const float* logits = run.forward_all(both, texts);
    check_close({logits, file["long/logits"].values.size()}, file["long/logits"].values);
    check_close({logits + length * run.vocabulary(), file["short/logits"].values.size()}, file["short/logits"].values);
    const float* last = run.forward(both, texts);
    check_close({last, static_cast<std::size_t>(run.vocabulary())}, file["long/logits"].row(length - 1));
}

/// The squared norm of the long text's gradient, where the batch has another text before it.
template <class Net, class Device>
void check_sample_norms(const File& file, genotype::Model<Net, Device>& model, const std::vector<float>& derivative,
                        double expected) {
    using namespace genotype;
    std::vector<int> ids = ids_of(file, "short");
    const int before = static_cast<int>(ids.size());
    const std::vector<int> second = ids_of(file, "long");
    ids.insert(ids.end(), second.begin(), second.end());
    const int rows = static_cast<int>(ids.size());
    const std::vector<float> x(ids.begin(), ids.end());
    std::vector<float> dy(static_cast<std::size_t>(before) * Net::vocabulary, 0.01f);
    dy.insert(dy.end(), derivative.begin(), derivative.end());
    const std::vector<kernels::SequenceRows> list{{.count = before}, {.row = before, .count = rows - before}};
    const kernels::Sequences texts{list.data(), 2, 0, false};
    Workspace<Net, InputShape<Net>, Training, SampleNorms<Device>> run(rows);
    std::vector<float> norms(2);
    run.forward(model, {x.data(), rows}, texts);
    run.squared_norms(model, View<Shape<1>>{x.data(), rows}, View<Shape<Net::vocabulary>>{dy.data(), rows}, texts,
                      norms.data());
    CHECK(norms[1] == doctest::Approx(expected).epsilon(2e-5));
}

/// Loss and gradients of the long text, and the norm of its gradient.
template <class Net, bool with_norms, class Device, class Sources>
void check_training(const File& file, genotype::Model<Net, Device>& model, Sources sources) {
    using namespace genotype;
    const std::vector<int> ids = ids_of(file, "long");
    const int rows = static_cast<int>(ids.size());
    std::vector<float> x(ids.begin(), ids.end());
    Workspace<Net, InputShape<Net>, Training, Device> run(rows);
    const auto logits = run.forward(model, {x.data(), rows});
    check_close({logits.data, static_cast<std::size_t>(logits.size())}, file["long/logits"].values);

    std::vector<float> derivative(static_cast<std::size_t>(logits.size()), 0.0f);  // the last token has no next one
    float loss = 0;
    CrossEntropy::evaluate(Device{}, {.prediction = logits.slice(0, rows - 1),
                                      .target = std::span(ids).subspan(1),
                                      .value = &loss,
                                      .gradient = {derivative.data(), rows - 1, Net::vocabulary}});
    CHECK(loss == doctest::Approx(file["long/loss"].scalar()).epsilon(1e-5));
    Gradients<Net, Device> gradients;
    run.backward(model, {x.data(), rows}, {derivative.data(), rows}, {.gradients = gradients});
    double squares = 0;
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        CAPTURE(name);
        std::vector<float> got(static_cast<std::size_t>(tensor.count())), expected;
        from_memory(places(tensor.dims, tensor.order), 1, gradients.data() + offset, got.data());
        const std::optional<WeightSources> from = sources(name);
        REQUIRE(from);
        for (const WeightPart& part : from->parts) {
            const Values& values = file["long/gradient/" + part.name];
            const auto columns = static_cast<std::size_t>(values.dims.size() == 2 ? values.dims[1] : 1);
            const std::size_t count = values.values.size();
            for (std::size_t i = 0; i < count; ++i) {
                const std::size_t rows_there = count / columns;  // transposed: (in, out)
                expected.push_back(from->transposed ? values.values[i % rows_there * columns + i / rows_there]
                                                    : values.values[i]);
            }
        }
        check_close(got, expected, {.of_largest = 3e-5});
        for (const float value : expected) squares += static_cast<double>(value) * static_cast<double>(value);
    });
    if constexpr (with_norms) check_sample_norms(file, model, derivative, squares);
}

/// All of it for one folder, `with_norms` those of texts' gradients too.
template <class Net, bool with_norms, class Sources>
void check_text_model(const std::string& name, const genotype::TextConfig& config, int context, Sources sources) {
    using namespace genotype;
    const std::filesystem::path folder = std::filesystem::path(GENOTYPE_GOLDEN_DIR) / "text" / name;
    const File file("text/" + name + "/expected");
    Model<Net, TestedDevice> model;
    load_text(model, TextFiles(folder), config);
    check_training<Net, with_norms>(file, model, sources);
    check_inference<Net, TestedDevice>(file, model, context);
    check_inference<Net, Stored<TestedDevice>>(file, StoredWeights<Net>(TextFiles(folder), config), context);
}

}  // namespace golden
