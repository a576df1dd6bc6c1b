// What a tokenizer.json says of a vocabulary of SentencePiece's: that of Llama 2, TinyLlama, Mistral or Gemma.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/text/files/json_field.hpp"
#include "genotype/text/tokenizer/pieces.hpp"
#include "genotype/text/tokenizer/tokenizer_parts.hpp"

namespace genotype::inline v0_1::detail {

/// One step, or those of a Sequence.
inline std::vector<JsonField> steps_of(const JsonField& field, const char* list) {
    if (field.is_null()) return {};
    if (field["type"].text() != "Sequence") return {field};
    field.only({"type", list});
    return field[list].list();
}

/// Whether a decoder puts pieces together.
inline bool decodes_pieces(const JsonField& decoder) {
    return decoder.value.is_object() && decoder["type"].value == "Sequence";
}

inline void expect_text(const JsonField& field, std::string_view text) {
    if (field.text() != text) field.wrong(in_quotes(text));
}
/// Replaces one text by another.
inline void expect_replace(const JsonField& step, std::string_view from, std::string_view to) {
    if (step["type"].text() != "Replace") step["type"].wrong("Replace");
    step.only({"type", "pattern", "content"});
    step["pattern"].only({"String"});
    expect_text(step["pattern"]["String"], from);
    expect_text(step["content"], to);
}

/// True where the normaliser writes U+2581 for spaces, and with `prefix` one before each text.
inline bool read_piece_normalizer(const JsonField& field, SpacePrefix& prefix) {
    std::vector<JsonField> steps = steps_of(field, "normalizers");
    if (steps.empty()) return false;
    prefix = SpacePrefix::never;
    std::span<const JsonField> rest(steps);
    if (rest[0]["type"].text() == "Prepend") {
        rest[0].only({"type", "prepend"});
        expect_text(rest[0]["prepend"], piece_space);
        prefix = SpacePrefix::each;
        rest = rest.subspan(1);
    }
    if (rest.size() != 1) field.wrong("Prepend and Replace, or Replace alone");
    expect_replace(rest[0], " ", piece_space);
    return true;
}

inline void read_metaspace(const JsonField& field, PieceRules& rules) {
    field.only({"type", "replacement", "prepend_scheme", "split"});
    expect_text(field["replacement"], piece_space);
    const std::string& scheme = field["prepend_scheme"].text();
    if (scheme != "first" && scheme != "always" && scheme != "never")
        field["prepend_scheme"].wrong("first, always or never");
    rules.prefix = scheme == "first"    ? SpacePrefix::first
                   : scheme == "always" ? SpacePrefix::always
                                        : SpacePrefix::never;
    rules.split = field["split"].flag(true);
}

inline void read_piece_decoder(const JsonField& field, PieceRules& rules) {
    const std::vector<JsonField> steps = steps_of(field, "decoders");
    if (steps.size() != 3 && steps.size() != 4) field.wrong("Replace, ByteFallback, Fuse, and perhaps Strip");
    expect_replace(steps[0], piece_space, " ");
    for (const auto& [at, type] : {std::pair{1, "ByteFallback"}, {2, "Fuse"}}) {
        const JsonField& step = steps[static_cast<std::size_t>(at)];
        step.only({"type"});
        if (step["type"].text() != type) step["type"].wrong(type);
    }
    rules.strip = steps.size() == 4;
    if (!rules.strip) return;
    steps[3].only({"type", "content", "start", "stop"});
    if (steps[3]["type"].text() != "Strip") steps[3]["type"].wrong("Strip");
    expect_text(steps[3]["content"], " ");
    if (steps[3]["start"].value != 1) steps[3]["start"].wrong("1");
    if (steps[3]["stop"].value != 0) steps[3]["stop"].wrong("0");
}

/// Of its model, whose vocabulary has been read, how characters without a token are written.
inline void read_unknown_pieces(const JsonField& model, PieceRules& rules) {
    if (model["ignore_merges"].flag(false)) model["ignore_merges"].wrong("false, for a vocabulary of SentencePiece's");
    rules.byte_fallback = model["byte_fallback"].flag(false);
    rules.fuse_unknown = model["fuse_unk"].flag(false);
    const JsonField unknown = model["unk_token"];
    if (unknown.is_null()) return;
    const JsonField id = model["vocab"][unknown.text().c_str()];
    if (id.is_null()) unknown.wrong("a token of the vocabulary");
    rules.unknown = id.id();
}

inline PieceRules read_piece_rules(const JsonField& top) {
    PieceRules rules;
    read_unknown_pieces(top["model"], rules);
    read_piece_decoder(top["decoder"], rules);
    const bool is_replaced = read_piece_normalizer(top["normalizer"], rules.prefix);
    const JsonField cuts = top["pre_tokenizer"];
    if (!is_replaced) {
        if (cuts.is_null() || cuts["type"].text() != "Metaspace")
            cuts.wrong("Metaspace, or a normalizer that replaces spaces");
        read_metaspace(cuts, rules);
    } else if (!cuts.is_null()) {  // Gemma cuts at spaces, of which there are none left
        if (cuts["type"].text() != "Split" || cuts["pattern"]["String"].value != " ")
            cuts.wrong("nothing, or a Split at spaces, behind a normalizer that replaces them");
    } else {
        rules.split = false;
    }
    // A normaliser would change what is looked for, too.
    if (is_replaced && top["added_tokens"].value.is_array())
        for (const JsonField& token : top["added_tokens"].list())
            if (token["normalized"].flag(true)) token["normalized"].wrong("false, beside this normalizer");
    return rules;
}

}  // namespace genotype::inline v0_1::detail
