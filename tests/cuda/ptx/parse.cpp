// Reads PTX as nvcc writes it.
#include <cctype>
#include <cstdlib>
#include <stdexcept>

#include "ptx/program.hpp"

namespace ptx {
namespace {

[[noreturn]] void wrong(std::string_view what, std::string_view found) {
    throw std::runtime_error("PTX: " + std::string(what) + ": " + std::string(found));
}

/// Words, numbers and single signs.
std::vector<std::string_view> tokens_of(std::string_view text) {
    const auto in_word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '.' || c == '%';
    };
    std::vector<std::string_view> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (std::isspace(static_cast<unsigned char>(c))) {
            ++at;
        } else if (text.substr(at, 2) == "//") {
            at = std::min(text.find('\n', at), text.size());
        } else if (text.substr(at, 2) == "/*") {
            at = text.find("*/", at) + 2;
        } else if (c == '"') {
            const std::size_t end = text.find('"', at + 1) + 1;
            tokens.push_back(text.substr(at, end - at));
            at = end;
        } else {
            std::size_t end = at + 1;
            while (in_word(c) && end < text.size() && in_word(text[end])) ++end;
            tokens.push_back(text.substr(at, end - at));
            at = end;
        }
    }
    return tokens;
}

/// Where a thread finds the numbers that tell it from others.
constexpr const char* special_names[] = {"%tid.x",    "%tid.y",    "%tid.z",  "%ctaid.x", "%ctaid.y",
                                         "%ctaid.z",  "%ntid.x",   "%ntid.y", "%ntid.z",  "%nctaid.x",
                                         "%nctaid.y", "%nctaid.z", "%laneid"};

long bytes_of_type(std::string_view type) {
    const std::size_t digits = type.find_first_of("0123456789");
    return digits == std::string_view::npos ? 1 : std::atol(std::string(type.substr(digits)).c_str()) / 8;
}

long aligned(long at, long to) {
    return (at + to - 1) / to * to;
}

class Parser {
  public:
    explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

    Module module() {
        Module found;
        while (at_ < tokens_.size()) {
            const std::string_view word = take();
            if (word == ".version") {
                take();
            } else if (word == ".target" || word == ".address_size") {
                do take();
                while (peek() == ",");
            } else if (word == ".global" || word == ".const") {
                global(found);
            } else if (word == ".shared") {
                shared_symbol(outer_shared_);
            } else if (word == ".entry") {
                begin();
                parameters();
                Kernel kernel = end();
                found.kernels.emplace(kernel.name, std::move(kernel));
            } else if (word == ".func") {
                function(found);
            } else if (word != ".visible" && word != ".extern" && word != ".weak") {
                wrong("not known here", word);
            }
        }
        const auto resolve = [&](Kernel& kernel, const Calls& calls) {
            for (const auto& [instruction, name] : calls) {
                const auto called = found.functions.find(name);
                if (called == found.functions.end()) wrong("no such function", name);
                kernel.code[instruction].called = &called->second;
            }
        };
        for (auto& [name, kernel] : found.kernels) resolve(kernel, calls_[name]);
        for (auto& [name, kernel] : found.functions) resolve(kernel, calls_[name]);
        return found;
    }

  private:
    using Calls = std::vector<std::pair<std::size_t, std::string>>;  // instruction, and what it names

    std::string_view peek(std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : std::string_view();
    }
    std::string_view take() {
        if (at_ == tokens_.size()) wrong("ends too early", "");
        return tokens_[at_++];
    }
    void take(std::string_view expected) {
        if (const std::string_view found = take(); found != expected) wrong("expected " + std::string(expected), found);
    }

    struct Array {
        std::string name;
        long bytes = 0, alignment = 1;
    };
    /// ".align 8 .b8 name[16]" from the type or alignment on.
    Array array() {
        Array found;
        if (peek() == ".align") {
            take();
            found.alignment = std::atol(std::string(take()).c_str());
        }
        const long size = bytes_of_type(take());
        found.alignment = std::max(found.alignment, size);
        found.name = take();
        found.bytes = size;
        if (peek() == "[") {
            take();
            found.bytes = 0;  // of unknown size: as much as the launch says
            if (peek() != "]") found.bytes = size * std::atol(std::string(take()).c_str());
            take("]");
        }
        return found;
    }
    void global(Module& found) {
        const Array symbol = array();
        std::vector<char>& memory = found.globals.emplace_back(static_cast<std::size_t>(std::max(symbol.bytes, 16L)));
        if (peek() == "=") {
            take();
            take("{");
            for (std::size_t at = 0; peek() != "}";) {
                if (peek() != ",") memory.at(at++) = static_cast<char>(std::atoi(std::string(peek()).c_str()));
                take();
            }
            take("}");
        }
        take(";");
        globals_[symbol.name] = reinterpret_cast<std::uint64_t>(memory.data());
    }
    void shared_symbol(std::vector<Array>& list) {
        list.push_back(array());
        take(";");
    }

    void begin() {
        kernel_ = {};
        labels_.clear();
        branches_.clear();
    }
    void parameters() {
        kernel_.name = take();
        take("(");
        while (peek() != ")") {
            if (peek() == ",") take();
            take(".param");
            const Array parameter = array();
            const long offset = aligned(kernel_.parameter_bytes, parameter.alignment);
            kernel_.parameters.push_back({offset, parameter.bytes});
            kernel_.parameter_bytes = offset + parameter.bytes;
            kernel_.parameter_places.emplace_back(named(parameter.name), offset);
        }
        take(")");
    }
    void function(Module& found) {
        begin();
        if (peek() == "(") {
            take();
            take(".param");
            kernel_.results.push_back(named(array().name));
            take(")");
        }
        parameters();
        if (peek() == ";") {  // said before it is made
            take();
            return;
        }
        Kernel made = end();
        found.functions.emplace(made.name, std::move(made));
    }
    Kernel end() {
        while (peek() != "{") take();  // how many threads it is made for
        for (const char* name : special_names) named(name);
        body();
        // Memory whose size the launch says lies behind the rest.
        for (const Array& symbol : outer_shared_) {
            if (symbol.bytes > 0) wrong("shared memory outside of kernels", symbol.name);
            kernel_.shared_bytes = aligned(kernel_.shared_bytes, 16);
            kernel_.registers[static_cast<std::size_t>(named(symbol.name))] =
                static_cast<std::uint64_t>(kernel_.shared_bytes);
        }
        for (const auto& [instruction, label] : branches_) {
            const auto found = labels_.find(label);
            if (found == labels_.end()) wrong("no such label", label);
            kernel_.code[instruction].target = found->second;
        }
        return std::move(kernel_);
    }

    void body() {
        take("{");
        for (int depth = 1; depth > 0;) {
            const std::string_view word = peek();
            if (word == "{") {
                ++depth;
                inner_.emplace_back();
                take();
            } else if (word == "}") {
                --depth;
                if (depth > 0) inner_.pop_back();
                take();
            } else if (word == ".reg") {
                take();
                take();  // their type
                for (std::string_view name = take(); name != ";"; name = take())
                    if (name[0] != ',' && !inner_.empty()) inner_.back()[std::string(name)] = concealed(name);
            } else if (word == ".pragma") {
                while (take() != ";") {
                }
            } else if (word == ".shared") {
                take();
                std::vector<Array> own;
                shared_symbol(own);
                const long offset = aligned(kernel_.shared_bytes, own[0].alignment);
                kernel_.registers[static_cast<std::size_t>(named(own[0].name))] = static_cast<std::uint64_t>(offset);
                kernel_.shared_bytes = offset + own[0].bytes;
            } else if (word == ".local" || word == ".param") {  // also what a call hands over
                take();
                const Array symbol = array();
                take(";");
                const long offset = aligned(kernel_.local_bytes, symbol.alignment);
                kernel_.local_places.emplace_back(named(symbol.name), offset);
                kernel_.local_bytes = offset + symbol.bytes;
            } else if (peek(1) == ":") {
                labels_[std::string(take())] = static_cast<long>(kernel_.code.size());
                take();
            } else {
                instruction();
            }
        }
    }

    void instruction() {
        Instruction made;
        if (peek() == "@") {
            take();
            made.guard_is = peek() != "!";
            if (!made.guard_is) take();
            made.guard = named(take());
        }
        const std::string_view opcode = take();
        made.step = step_of(opcode, made.count);
        if (opcode == "call" || opcode == "call.uni") {
            calls_[kernel_.name].emplace_back(kernel_.code.size(), call_of(made));
            kernel_.code.push_back(made);
            return;
        }
        const bool branch = opcode == "bra" || opcode == "bra.uni", stores = opcode.starts_with("st.");
        if (branch) {
            branches_.emplace_back(kernel_.code.size(), std::string(take()));
            take(";");
            kernel_.code.push_back(made);
            return;
        }
        const bool writes = !stores && opcode != "ret" && opcode != "exit" && !opcode.starts_with("bar");
        int operands = 0, read = 0, written = 0;
        const auto operand = [&](std::string_view word) {
            if (operands == 0 && writes)
                made.to[written++] = named(word);
            else
                made.from[read++] = value(word);
        };
        for (; peek() != ";"; ++operands) {
            if (peek() == ",") take();
            if (peek() == "{") {
                while (take() != "}")
                    if (peek() != "}" && peek() != ",") operand(number_or_name());
            } else if (peek() == "[") {
                take();
                made.from[read++] = value(number_or_name());
                if (peek() == "+") {
                    take();
                    made.offset = std::atol(std::string(number_or_name()).c_str());
                }
                take("]");
            } else {
                operand(number_or_name());
                if (peek() == "|") {
                    take();
                    made.to[written++] = named(take());
                }
            }
        }
        take(";");
        if (made.count == 0) made.count = std::max(written, read);
        kernel_.code.push_back(made);
    }

    /// "(result), function, (arguments);": all are places in memory. Returns the function's name.
    std::string call_of(Instruction& made) {
        if (peek() == "(") {
            take();
            made.to[0] = named(take());
            take(")");
            take(",");
        }
        const std::string name(take());
        if (peek() == ",") take();
        int arguments = 0;
        while (peek() != ";") {
            const std::string_view word = take();
            if (word != "(" && word != ")" && word != ",") made.from[arguments++] = named(word);
        }
        take(";");
        return name;
    }

    /// One word, with its sign.
    std::string_view number_or_name() {
        if (peek() != "-") return take();
        const char* const begin = take().data();
        const std::string_view digits = take();
        return {begin, static_cast<std::size_t>(digits.data() + digits.size() - begin)};
    }

    /// The name, within braces, of what hides another of this name.
    std::string concealed(std::string_view name) { return std::string(name) + '@' + std::to_string(++braces_); }

    int named(std::string_view name) {
        for (auto scope = inner_.rbegin(); scope != inner_.rend(); ++scope)
            if (const auto found = scope->find(std::string(name)); found != scope->end())
                return named_so(found->second);
        return named_so(name);
    }
    int named_so(std::string_view name) {
        const auto [place, is_new] =
            kernel_.names.try_emplace(std::string(name), static_cast<int>(kernel_.registers.size()));
        if (is_new) kernel_.registers.push_back(0xfff8'dead'7fc0'dead);  // who reads it unwritten finds no number
        return place->second;
    }

    /// The register of a name or of a constant.
    int value(std::string_view word) {
        if (const auto global = globals_.find(std::string(word)); global != globals_.end()) {
            const int place = named(word);
            kernel_.registers[static_cast<std::size_t>(place)] = global->second;
            return place;
        }
        const bool number = std::isdigit(static_cast<unsigned char>(word[0])) || word[0] == '-';
        const int place = named(word);
        if (number) {
            const std::string digits(word);
            const bool of_bits = digits.size() > 2 && digits[0] == '0' &&
                                 std::string_view("fFdD").find(digits[1]) != std::string_view::npos;
            kernel_.registers[static_cast<std::size_t>(place)] =
                of_bits          ? std::strtoull(digits.c_str() + 2, nullptr, 16)
                : word[0] == '-' ? static_cast<std::uint64_t>(std::strtoll(digits.c_str(), nullptr, 0))
                                 : std::strtoull(digits.c_str(), nullptr, 0);
        }
        return place;
    }

    std::vector<std::string_view> tokens_;
    std::size_t at_ = 0;
    std::vector<Array> outer_shared_;
    std::map<std::string, std::uint64_t> globals_;
    Kernel kernel_;
    std::map<std::string, long> labels_;
    Calls branches_;
    std::map<std::string, Calls> calls_;
    std::vector<std::map<std::string, std::string>> inner_;  // of braces within a body: their registers
    int braces_ = 0;
};

}  // namespace

Module parse(std::string_view text) {
    return Parser(text).module();
}

}  // namespace ptx
