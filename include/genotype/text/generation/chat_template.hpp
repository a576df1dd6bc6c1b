// Chat templates in Jinja, of which one is known: ChatML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace genotype::inline v0_1 {

/// A template that writes each message as "<|im_start|>role\ncontent<|im_end|>\n".
struct ChatTemplate {
    /// What stands as the system's message where the first message is none of the system's; "": nothing.
    std::string default_system = "";
};

namespace detail {

/// A Jinja template in one spelling: no spaces within its tags, texts in single quotes with their newlines as such and
/// joined where two follow each other, `message['role']` for `message.role`. Around tags space goes where Jinja drops
/// it, with the settings that transformers has (`trim_blocks`, `lstrip_blocks`).
class JinjaSpelling {
  public:
    [[gnu::cold]] explicit JinjaSpelling(std::string_view source) : source_(source) {
        if (source_.ends_with('\n')) source_.remove_suffix(1);
    }

    [[gnu::cold]] std::string spell() {
        while (at_ < source_.size()) {
            const std::string_view rest = source_.substr(at_);
            if (rest.starts_with("{%") || rest.starts_with("{{"))
                tag();
            else
                result_ += source_[at_++];
        }
        replace("'+'", "");
        replace("message.role", "message['role']");
        replace("message.content", "message['content']");
        return std::move(result_);
    }

  private:
    static constexpr std::string_view spaces = " \t\r\n";

    [[gnu::cold]] void tag() {
        const bool is_block = source_[at_ + 1] == '%';
        at_ += 2;
        if (at_ < source_.size() && source_[at_] == '-') {
            while (result_.size() > text_begin_ && spaces.find(result_.back()) != spaces.npos) result_.pop_back();
            ++at_;
        } else if (is_block) {
            std::size_t line = result_.size();
            while (line > text_begin_ && (result_[line - 1] == ' ' || result_[line - 1] == '\t')) --line;
            if (line == 0 || (line > text_begin_ && result_[line - 1] == '\n')) result_.resize(line);
        }
        result_ += is_block ? "{%" : "{{";
        const std::string_view end = is_block ? "%}" : "}}";
        while (at_ < source_.size() && !source_.substr(at_).starts_with(end)) {
            const char letter = source_[at_];
            if (letter == '\'' || letter == '"')
                text(letter);
            else if (++at_; spaces.find(letter) == spaces.npos)
                result_ += letter;
        }
        at_ += 2;
        const bool trims = result_.ends_with('-');
        if (trims) result_.pop_back();
        result_ += end;
        text_begin_ = result_.size();
        if (trims)
            while (at_ < source_.size() && spaces.find(source_[at_]) != spaces.npos) ++at_;
        else if (is_block && at_ < source_.size() && source_[at_] == '\n')
            ++at_;
    }

    [[gnu::cold]] void text(char quote) {
        result_ += '\'';
        for (++at_; at_ < source_.size() && source_[at_] != quote; ++at_) {
            if (source_.substr(at_).starts_with("\\n")) {
                result_ += '\n';
                ++at_;
            } else {
                result_ += source_[at_];
            }
        }
        ++at_;
        result_ += '\'';
    }

    [[gnu::cold]] void replace(std::string_view what, std::string_view with) {
        for (std::size_t at = 0; (at = result_.find(what, at)) != result_.npos;) result_.replace(at, what.size(), with);
    }

    std::string_view source_;
    std::size_t at_ = 0, text_begin_ = 0;  // where the text behind the last tag begins in the result
    std::string result_;
};

/// ChatML with or without a default message of the system's, as SmolLM2 has one. Nothing where it is anything else.
[[gnu::cold]] inline std::optional<ChatTemplate> read_chatml(std::string_view jinja) {
    const std::string spelled = JinjaSpelling(jinja).spell();
    std::string_view rest = spelled;
    const auto take = [&](std::string_view part) {
        if (!rest.starts_with(part)) return false;
        rest.remove_prefix(part.size());
        return true;
    };
    ChatTemplate found;
    take("{%ifnotadd_generation_promptisdefined%}{%setadd_generation_prompt=false%}{%endif%}");
    if (!take("{%formessageinmessages%}")) return {};
    if (take("{%ifloop.firstandmessages[0]['role']!='system'%}{{'<|im_start|>system\n")) {
        const std::size_t end = rest.find("<|im_end|>\n'}}{%endif%}");
        if (end == rest.npos || rest.substr(0, end).find_first_of("'\\") != rest.npos) return {};
        found.default_system = rest.substr(0, end);
        rest.remove_prefix(end);
        take("<|im_end|>\n'}}{%endif%}");
    }
    if (!take("{{'<|im_start|>'+message['role']+'\n'+message['content']+'<|im_end|>\n'}}{%endfor%}")) return {};
    if (!take("{%ifadd_generation_prompt%}{{'<|im_start|>assistant\n'}}{%endif%}") || !rest.empty()) return {};
    return found;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
