// Added tokens: words such as <|endoftext|> that are found in a text before anything else is done to it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/files/code_points.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1::detail {

/// The bytes of the spaces that a text in UTF-8 begins with, or else ends with.
constexpr std::size_t space_bytes(std::string_view text, bool at_begin) {
    const auto is_space = [](std::string_view character) { return is_white_space(code_point(character)); };
    return text.size() - strip(text, at_begin, !at_begin, is_space).size();
}

/// Finds words in a text from left to right, of those that begin at one place the longest: a trie.
class AddedTokens {
  public:
    /// `lstrip`, `rstrip`: the spaces on that side go with it.
    void insert(std::string_view word, TokenId id, bool lstrip = false, bool rstrip = false) {
        std::uint32_t node = 0;
        for (const char byte : word) {
            std::uint32_t next = child(node, byte);
            if (next == 0) {
                next = static_cast<std::uint32_t>(nodes_.size());
                nodes_.emplace_back();
                nodes_[node].children.push_back({byte, next});
            }
            node = next;
        }
        nodes_[node].id = id;
        nodes_[node].lstrip = lstrip;
        nodes_[node].rstrip = rstrip;
        begins_[static_cast<unsigned char>(word.front())] = true;
    }

    /// Calls plain(text) for what lies between the words, where there is anything, and token(id) for each of them.
    template <class Plain, class Token>
    void split(std::string_view text, Plain plain, Token token) const {
        std::size_t done = 0;
        for (std::size_t at = 0; nodes_.size() > 1 && at < text.size(); ++at) {
            if (!begins_[static_cast<unsigned char>(text[at])]) continue;
            const auto [node, bytes] = longest(text.substr(at));
            if (!node) continue;
            std::size_t begin = at, end = at + bytes;
            if (node->lstrip) begin = std::max(done, begin - space_bytes(text.substr(0, begin), false));
            if (node->rstrip) end += space_bytes(text.substr(end), true);
            if (begin > done) plain(text.substr(done, begin - done));
            token(node->id);
            done = end;
            at += bytes - 1;  // the next may begin with a space that went with this one
        }
        if (done < text.size()) plain(text.substr(done));
    }

  private:
    struct Node {
        TokenId id = -1;
        bool lstrip = false, rstrip = false;
        std::vector<std::pair<char, std::uint32_t>> children{};
    };

    std::uint32_t child(std::uint32_t node, char byte) const {
        for (const auto& [letter, next] : nodes_[node].children)
            if (letter == byte) return next;
        return 0;
    }
    std::pair<const Node*, std::size_t> longest(std::string_view text) const {
        std::pair<const Node*, std::size_t> found{nullptr, 0};
        std::uint32_t node = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            node = child(node, text[at]);
            if (node == 0) break;
            if (nodes_[node].id >= 0) found = {&nodes_[node], at + 1};
        }
        return found;
    }

    std::vector<Node> nodes_ = std::vector<Node>(1);
    std::vector<bool> begins_ = std::vector<bool>(256);
};

}  // namespace genotype::inline v0_1::detail
