// Our half of text_files.sh.
// usage: interop_text_files sizes PATH           the config's fields, the tokens that end a text, in JSON
//        interop_text_files tensors PATH FOLDER  names and shapes in FOLDER/tensors.json; in FOLDER/values the values,
//                                                float32 in the order of Hugging Face, one tensor after the other
//        interop_text_files chat PATH            conversations in JSON a line in, prompts in JSON out
//        interop_text_files templates -          templates and conversations in JSON a line in, texts in JSON out
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "genotype/text.hpp"

using namespace genotype;
using Json = nlohmann::ordered_json;

namespace {

int sizes(const std::string& path) {
    Json json;
    for (const auto& [name, text] : detail::config_texts(read_text_config(path))) json[name] = text;
    json["end_tokens"] = read_generation_defaults(path).end_tokens;
    std::cout << json << '\n';
    return 0;
}

int tensors(const std::string& path, const std::filesystem::path& folder) {
    const TextFiles files(path);
    Json names = Json::array();
    std::ofstream out(folder / "values", std::ios::binary);
    for (const TextTensor& tensor : files.tensors()) {
        std::vector<std::uint64_t> shape = tensor.shape;
        if (tensor.transposed) std::swap(shape[0], shape[1]);
        names.push_back({tensor.name, shape});
        // A parameter that is this tensor as Hugging Face has it: turned tensors are turned back.
        const long rows = static_cast<long>(shape[0]), columns = shape.size() > 1 ? static_cast<long>(shape[1]) : 1;
        const Dims dims = shape.size() > 1 ? Dims{2, static_cast<int>(rows), static_cast<int>(columns)}
                                           : vector_dims(static_cast<int>(rows));
        std::vector<float> values(static_cast<std::size_t>(rows * columns));
        detail::TensorCopies<TextTensor> copies;
        const std::vector<detail::MatchedPart> whole{{&tensor, 0, rows, tensor.transposed}};
        detail::add_text_copies(copies, whole, dims, {}, values.data());
        LoadReport report;
        copies.copy(report, [&](const TextTensor& from, std::uint64_t begin, std::size_t bytes, auto& room) {
            return files.fetch(from, begin, bytes, room);
        });
        out.write(reinterpret_cast<const char*>(values.data()),
                  static_cast<std::streamsize>(values.size() * sizeof(float)));
    }
    std::ofstream(folder / "tensors.json") << names;
    return out.flush() ? 0 : 1;
}

int chat(const std::string& path) {
    const ChatTemplate form = read_chat_template(path);
    for (std::string line; std::getline(std::cin, line);) {
        std::vector<ChatMessage> messages;
        for (const Json& message : Json::parse(line)) messages.push_back({message["role"], message["content"]});
        std::cout << Json(chat_prompt(form, messages)) << '\n';
    }
    return 0;
}

// A template and what it is given, in JSON a line in; the text, or why there is none, in JSON out.
int templates() {
    for (std::string line; std::getline(std::cin, line);) {
        const auto given = nlohmann::ordered_json::parse(line);
        nlohmann::ordered_json found;
        try {
            const auto form = ChatTemplate::jinja(given["template"].get<std::string>(), given["tokens"]);
            ChatOptions options{.add_generation_prompt = given["add_generation_prompt"], .tools = given["tools"]};
            options.more = given["more"];
            found["text"] = form.render(given["messages"], options);
        } catch (const Error& error) {
            found["error"] = error.what();
        }
        std::cout << found << '\n';
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string what = count > 2 ? arguments[1] : "";
    if (what == "sizes" && count == 3) return sizes(arguments[2]);
    if (what == "tensors" && count == 4) return tensors(arguments[2], arguments[3]);
    if (what == "chat" && count == 3) return chat(arguments[2]);
    if (what == "templates" && count == 3) return templates();
    return 2;
}
