// NFC, the normal form of Unicode in which a letter and its accents are one character where there is one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "genotype/files/code_points.hpp"
#include "genotype/text/tokenizer/nfc_tables.hpp"

namespace genotype::inline v0_1::detail {

/// Brings texts in UTF-8 into NFC as `tokenizers` 0.23 does, which is by Unicode 9.0: marks that came later keep their
/// place. Using it is const and re-entrant. Source: Unicode Standard Annex 15.
class Nfc {
  public:
    [[gnu::cold]] Nfc() {
        put_runs<2>(nfc_pairs, [&](char32_t point, const char32_t* parts) {
            parts_[point] = {parts[0], parts[1]};
            composed_[key(parts[0], parts[1])] = point;
        });
        put_runs<2>(nfc_excluded, [&](char32_t point, const char32_t* parts) { parts_[point] = {parts[0], parts[1]}; });
        put_runs<1>(nfc_singles, [&](char32_t point, const char32_t* part) { parts_[point] = {part[0], 0}; });
        for (std::size_t at = 0; at < nfc_classes.size(); at += 3)
            for (char32_t mark = nfc_classes[at]; mark <= nfc_classes[at + 1]; ++mark)
                classes_[mark] = static_cast<unsigned char>(nfc_classes[at + 2]);
    }

    /// `text` in NFC: itself where it is so already for certain, and otherwise what is written to `memory`.
    std::string_view operator()(std::string_view text, std::string& memory) const {
        // Below U+0300, whose first byte is 0xcc, nothing is taken apart for good and nothing is a mark.
        constexpr unsigned char first_mark = 0xcc;
        if (std::ranges::none_of(text, [](char byte) { return static_cast<unsigned char>(byte) >= first_mark; }))
            return text;
        std::vector<Mark> marks;
        for (std::string_view rest = text; !rest.empty();) {
            const std::string_view character = first_character(rest);
            take_apart(code_point(character), marks);
            rest.remove_prefix(character.size());
        }
        order(marks);
        put_together(marks);
        memory.clear();
        for (const Mark& mark : marks) append_code_point(memory, mark.point);
        return memory;
    }

  private:
    struct Mark {
        char32_t point;
        std::uint32_t place;      // in the text as it was
        unsigned char combining;  // its class; 0: a character of its own
    };
    // Syllables of Hangul are counted, not listed.
    static constexpr char32_t first_syllable = 0xac00, first_lead = 0x1100, first_vowel = 0x1161, before_tails = 0x11a7,
                              leads = 19, vowels = 21, tails = 28, syllables = leads * vowels * tails;

    template <std::size_t parts, class Put>
    static void put_runs(const auto& table, const Put& put) {
        for (std::size_t at = 0; at < table.size();) {
            const char32_t first = table[at], count = table[at + 1];
            at += 2;
            for (char32_t n = 0; n < count; ++n, at += parts) put(first + n, table.data() + at);
        }
    }
    static std::uint64_t key(char32_t first, char32_t second) { return std::uint64_t{first} << 32 | second; }

    /// Puts what a character is made of behind the others.
    void take_apart(char32_t point, std::vector<Mark>& marks) const {
        const auto put = [&](char32_t part, unsigned char combining) {
            marks.push_back({part, static_cast<std::uint32_t>(marks.size()), combining});
        };
        if (point >= first_syllable && point < first_syllable + syllables) {
            const char32_t number = point - first_syllable, tail = number % tails;
            put(first_lead + number / (vowels * tails), 0);
            put(first_vowel + number / tails % vowels, 0);
            if (tail > 0) put(before_tails + tail, 0);
            return;
        }
        if (const auto found = parts_.find(point); found != parts_.end()) {
            take_apart(found->second.first, marks);
            if (found->second.second != 0) take_apart(found->second.second, marks);
            return;
        }
        const auto found = classes_.find(point);
        put(point, found == classes_.end() ? 0 : found->second);
    }
    /// Marks between two characters of class 0 come in the order of their classes, those of one class as they were.
    static void order(std::vector<Mark>& marks) {
        const auto is_mark = [](const Mark& mark) { return mark.combining > 0; };
        for (auto at = marks.begin(); at != marks.end();) {
            const auto first = std::find_if(at, marks.end(), is_mark);
            at = std::find_if_not(first, marks.end(), is_mark);
            std::sort(first, at, [](const Mark& one, const Mark& other) {
                return std::tie(one.combining, one.place) < std::tie(other.combining, other.place);
            });
        }
    }

    /// What two characters become; 0 where they stay two.
    char32_t together(char32_t first, char32_t second) const {
        if (first >= first_lead && first < first_lead + leads && second >= first_vowel && second < first_vowel + vowels)
            return first_syllable + ((first - first_lead) * vowels + (second - first_vowel)) * tails;
        const bool has_no_tail =
            first >= first_syllable && first < first_syllable + syllables && (first - first_syllable) % tails == 0;
        if (has_no_tail && second > before_tails && second < before_tails + tails)
            return first + (second - before_tails);
        const auto found = composed_.find(key(first, second));
        return found == composed_.end() ? 0 : found->second;
    }
    /// A mark joins the last character of class 0, where none between is of its class or a higher one.
    void put_together(std::vector<Mark>& marks) const {
        constexpr std::size_t none = static_cast<std::size_t>(-1);
        std::size_t starter = none, kept = 0;
        int last = -1;  // the class of what was kept last behind the starter
        for (std::size_t at = 0; at < marks.size(); ++at) {
            const Mark mark = marks[at];
            const bool is_near = starter != none && (last < mark.combining || last == -1);
            if (const char32_t both = is_near ? together(marks[starter].point, mark.point) : 0; both != 0) {
                marks[starter].point = both;
                continue;
            }
            if (mark.combining == 0) starter = kept;
            last = mark.combining == 0 ? -1 : mark.combining;
            marks[kept++] = mark;
        }
        marks.resize(kept);
    }

    std::unordered_map<char32_t, std::pair<char32_t, char32_t>> parts_ = {};
    std::unordered_map<std::uint64_t, char32_t> composed_ = {};
    std::unordered_map<char32_t, unsigned char> classes_ = {};
};

}  // namespace genotype::inline v0_1::detail
