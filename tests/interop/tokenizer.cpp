// Our half of tokenizer.sh.
// usage: interop_tokenizer texts FOLDER   one text in JSON a line in, its ids and what they are decoded to out
//        interop_tokenizer folders TEXTS   a folder a line in; an error, or for each text in the JSON file TEXTS its
//        ids and
//                                          what they are decoded to, out
//        interop_tokenizer speed FOLDER FILE   megabytes a second of three runs, the best
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/text.hpp"

using namespace genotype;

namespace {

nlohmann::json answer_to(const Tokenizer& tokenizer, const std::string& text) {
    const std::vector<TokenId> ids = tokenizer.encode(text, {.unknown_bytes = UnknownBytes::skip});
    return {ids, tokenizer.decode(ids, {.skip_special_tokens = false}), tokenizer.decode(ids)};
}

void texts(const Tokenizer& tokenizer) {
    for (std::string line; std::getline(std::cin, line);)
        std::cout << answer_to(tokenizer, nlohmann::json::parse(line).get<std::string>()).dump() << '\n';
}

void folders(const std::string& texts_file) {
    const auto texts = nlohmann::json::parse(detail::read_text(texts_file)).get<std::vector<std::string>>();
    for (std::string folder; std::getline(std::cin, folder);) {
        nlohmann::json answer = nlohmann::json::array();
        try {
            const Tokenizer tokenizer = load_tokenizer(folder);
            for (const std::string& text : texts) answer.push_back(answer_to(tokenizer, text));
        } catch (const Error& error) {
            answer = error.what();
        }
        std::cout << answer.dump() << '\n';
    }
}

void speed(const Tokenizer& tokenizer, const std::string& file) {
    const std::string text = detail::read_text(file);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back(text.substr(at, end - at));
        at = end;
    }
    const auto best = [&](const std::vector<std::string>& pieces) {
        double rate = 0;
        for (int time = 0; time < 3; ++time) {
            const auto start = std::chrono::steady_clock::now();
            std::size_t tokens = 0;
            for (const std::string& piece : pieces) tokens += tokenizer.encode(piece).size();
            const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
            if (tokens > 0) rate = std::max(rate, static_cast<double>(text.size()) / 1e6 / seconds.count());
        }
        return rate;
    };
    std::printf("genotype: %.1f MB/s in lines, %.1f MB/s in one text\n", best(lines), best({text}));
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) return 2;
    if (std::string_view(arguments[1]) == "folders") {
        folders(arguments[2]);
        return 0;
    }
    const Tokenizer tokenizer = load_tokenizer(arguments[2]);
    if (count == 4)
        speed(tokenizer, arguments[3]);
    else
        texts(tokenizer);
}
