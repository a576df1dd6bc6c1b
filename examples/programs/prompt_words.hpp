// The words that a prompt for an image can have: those of the classes' names.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <genotype/shape/error.hpp>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace example {

/// Numbers of words as a prior reads them, 0 for none: `PromptWords::most` of them, the last word last.
using Prompt = std::array<int, 3>;

/// Of class names: "Ankle boot" is called "ankle boot" and, where no other class has that word, "boot"; "T-shirt/top"
/// is "t-shirt" and "top"; "7" is "7" and "seven".
class PromptWords {
  public:
    static constexpr int most = static_cast<int>(Prompt{}.size());  // words of a prompt
    static constexpr int places = 128;                              // of a vocabulary, the first for no word

    PromptWords() = default;
    /// Throws `Error` where a name has no word or too many, or all have, or two classes are called alike.
    explicit PromptWords(std::vector<std::string> class_names) : class_names_(std::move(class_names)) {
        std::vector<std::vector<std::vector<std::string>>> names;
        for (const std::string& name : class_names_) {
            names.emplace_back();
            std::size_t begin = 0;
            while (begin <= name.size()) {
                const std::size_t end = std::min(name.find('/', begin), name.size());
                std::vector<std::string> words = words_of(std::string_view(name).substr(begin, end - begin));
                if (words.size() > static_cast<std::size_t>(most))
                    genotype::fail("prompt", "words of the class name \"" + name + "\"", words.size(),
                                   "at most " + std::to_string(most));
                if (!words.empty()) names.back().push_back(std::move(words));
                begin = end + 1;
            }
            if (names.back().empty()) genotype::fail("prompt", "class name", "\"" + name + "\"", "one with a word");
            if (name.size() == 1 && name[0] >= '0' && name[0] <= '9')
                names.back().push_back({digits[static_cast<std::size_t>(name[0] - '0')]});
        }
        for (auto& of_class : names)
            for (std::size_t at = 0, count = of_class.size(); at < count; ++at)
                if (of_class[at].size() > 1 && classes_with(names, of_class[at].back()) == 1)
                    of_class.push_back({of_class[at].back()});
        for (const auto& of_class : names) {
            names_.emplace_back();
            for (const auto& words : of_class) {
                for (const std::string& word : words)
                    if (number_of(word) == 0) words_.push_back(word);
                const Prompt numbers = numbers_of(words);
                if (is_name(numbers)) genotype::fail("prompt", "class name", listed(words) + " twice", "once");
                names_.back().push_back(numbers);
            }
        }
        if (words_.size() >= static_cast<std::size_t>(places))
            genotype::fail("prompt", "words of all class names", words_.size(),
                           "at most " + std::to_string(places - 1));
    }

    const std::vector<std::string>& class_names() const { return class_names_; }
    const std::vector<std::string>& words() const { return words_; }
    /// What a class is called, the whole name first; never empty where there are classes with names.
    std::span<const Prompt> names(int label) const { return names_[static_cast<std::size_t>(label)]; }
    int classes() const { return static_cast<int>(names_.size()); }

    /// "ankle boot". Throws `Error` where there is no word, too many or one that is not known.
    Prompt read(std::string_view text) const {
        const std::vector<std::string> words = words_of(text);
        if (words_.empty())
            genotype::fail("prompt", "words", "\"" + std::string(text) + "\"",
                           "images with classes, whose names are the words, and these have none");
        if (words.empty() || words.size() > static_cast<std::size_t>(most))
            genotype::fail("prompt", "words", words.size(), "1 to " + std::to_string(most) + " of: " + listed());
        for (const std::string& word : words)
            if (number_of(word) == 0)
                genotype::fail("prompt", "word", "\"" + word + "\"",
                               "one that the model knows, such as \"" + nearest(word) + "\"; all: " + listed());
        return numbers_of(words);
    }
    /// Whether a class is called so: of other words together no image was learnt.
    bool is_name(const Prompt& prompt) const {
        return std::ranges::any_of(
            names_, [&](const auto& of_class) { return std::ranges::find(of_class, prompt) != of_class.end(); });
    }
    /// All words, for a sentence.
    std::string listed() const { return listed(words_); }

  private:
    static std::string listed(const std::vector<std::string>& words) {
        std::string all;
        for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
        return all;
    }
    static constexpr std::array<const char*, 10> digits{"zero", "one", "two",   "three", "four",
                                                        "five", "six", "seven", "eight", "nine"};

    static std::vector<std::string> words_of(std::string_view text) {
        std::vector<std::string> words;
        bool is_inside = false;
        for (const char letter : text) {
            const bool is_letter = letter != '_' && std::isspace(static_cast<unsigned char>(letter)) == 0;
            if (is_letter && !is_inside) words.emplace_back();
            if (is_letter) words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
            is_inside = is_letter;
        }
        return words;
    }
    static long classes_with(const std::vector<std::vector<std::vector<std::string>>>& names, const std::string& word) {
        return std::ranges::count_if(names, [&](const auto& of_class) {
            return std::ranges::any_of(
                of_class, [&](const auto& words) { return std::ranges::find(words, word) != words.end(); });
        });
    }
    /// From 1; 0 where it is not known.
    int number_of(const std::string& word) const {
        const auto found = std::ranges::find(words_, word);
        return found == words_.end() ? 0 : static_cast<int>(found - words_.begin()) + 1;
    }
    Prompt numbers_of(const std::vector<std::string>& words) const {
        Prompt numbers{};
        std::ranges::transform(words, numbers.end() - static_cast<std::ptrdiff_t>(words.size()),
                               [&](const std::string& word) { return number_of(word); });
        return numbers;
    }
    /// By letters to put in, take out or change (Levenshtein's distance).
    std::string nearest(const std::string& word) const {
        const auto distance = [&](const std::string& other) {
            std::vector<std::size_t> row(other.size() + 1);
            std::iota(row.begin(), row.end(), 0u);
            for (std::size_t i = 0; i < word.size(); ++i) {
                std::size_t before = std::exchange(row[0], i + 1);
                for (std::size_t j = 0; j < other.size(); ++j) {
                    const std::size_t changed = before + (word[i] == other[j] ? 0 : 1);
                    before = row[j + 1];
                    row[j + 1] = std::min({changed, before + 1, row[j] + 1});
                }
            }
            return row.back();
        };
        return *std::ranges::min_element(words_, {}, distance);
    }

    std::vector<std::string> class_names_, words_;
    std::vector<std::vector<Prompt>> names_;
};

}  // namespace example
