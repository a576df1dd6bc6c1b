// Added tokens: words such as <|endoftext|> that are found in a text before anything else is done to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1::detail {

/// Finds words in a text from left to right, of those that begin at one place the longest: a trie.
class AddedTokens {
  public:
    void insert(std::string_view word, TokenId id) {
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
        begins_[static_cast<unsigned char>(word.front())] = true;
    }

    /// Calls plain(text) for what lies between the words, where there is anything, and token(id) for each of them.
    template <class Plain, class Token>
    void split(std::string_view text, Plain plain, Token token) const {
        std::size_t done = 0;
        for (std::size_t at = 0; nodes_.size() > 1 && at < text.size(); ++at) {
            if (!begins_[static_cast<unsigned char>(text[at])]) continue;
            const auto [id, bytes] = longest(text.substr(at));
            if (id < 0) continue;
            if (at > done) plain(text.substr(done, at - done));
            token(id);
            done = at + bytes;
            at = done - 1;
        }
        if (done < text.size()) plain(text.substr(done));
    }

  private:
    struct Node {
        TokenId id = -1;
        std::vector<std::pair<char, std::uint32_t>> children{};
    };

    std::uint32_t child(std::uint32_t node, char byte) const {
        for (const auto& [letter, next] : nodes_[node].children)
            if (letter == byte) return next;
        return 0;
    }
    std::pair<TokenId, std::size_t> longest(std::string_view text) const {
        std::pair<TokenId, std::size_t> found{-1, 0};
        std::uint32_t node = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            node = child(node, text[at]);
            if (node == 0) break;
            if (nodes_[node].id >= 0) found = {nodes_[node].id, at + 1};
        }
        return found;
    }

    std::vector<Node> nodes_ = std::vector<Node>(1);
    std::vector<bool> begins_ = std::vector<bool>(256);
};

}  // namespace genotype::inline v0_1::detail
