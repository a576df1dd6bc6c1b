// Our half of text.sh for logits.
// usage: interop_text MODEL [float32]   lines {"ids": [...], "positions": [...]} in; out, as float32, a row of logits
// for
//        each position, ascending. With float32 as a model of the core, otherwise with weights in the files' form.
//        Texts are read in pieces that end at the positions, with a memory from one to the next.
#include "genotype/text.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text_model.hpp"

using namespace genotype;

namespace {

template <class Device, class Weights>
void answer(const Weights& weights) {
    TextRun<text_model::Model, Device> run(weights, {.slots = 1, .context = 1024});
    for (std::string line; std::getline(std::cin, line);) {
        const auto asked = nlohmann::json::parse(line);
        const auto ids = asked.at("ids").get<std::vector<int>>();
        int read = 0;
        for (const int position : asked.at("positions").get<std::vector<int>>()) {
            const float* logits = nullptr;
            while (read <= position) {
                const int count = std::min(position + 1 - read, run.max_rows());
                const kernels::SequenceRows rows{.row = 0, .count = count, .position = read, .slot = 0};
                logits =
                    run.forward(std::span(ids).subspan(static_cast<std::size_t>(read), static_cast<std::size_t>(count)),
                                std::span(&rows, 1));
                read += count;
            }
            std::fwrite(logits, sizeof(float), static_cast<std::size_t>(run.vocabulary()), stdout);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    TextFiles files(arguments[1]);
    if (std::string_view(arguments[2]) == "float32") {
        Model<text_model::Model> model;
        load_text(model, files, text_model::config);
        answer<Cpu>(model);
    } else {
        answer<Stored<Cpu>>(StoredWeights<text_model::Model>(std::move(files), text_model::config));
    }
}
