// Which rows of a batch of tokens belong to which text.
#pragma once

namespace genotype::inline v0_1::kernels {

/// Some tokens of one text, one after another: rows [row, row + count) of the batch. The first of them is the text's
/// token number `position`; in inference its earlier tokens' keys and values lie in slot `slot` of the session.
struct SequenceRows {
    int row = 0;
    int count = 0;
    int position = 0;
    int slot = 0;
};

/// How the list of a batch's texts goes through memory that is counted in floats.
inline constexpr long sequence_rows_floats = sizeof(SequenceRows) / sizeof(float);
inline const SequenceRows* as_texts(const float* memory) {
    return reinterpret_cast<const SequenceRows*>(memory);
}

/// The texts of a batch, which cover its rows in order and without gaps: a token is a sample, and no text is padded.
struct Sequences {
    const SequenceRows* list = nullptr;  // in the device's memory; null is one text from its begin, `context` rows long
    int count = 0;
    int context = 0;         // positions in a slot
    bool last_only = false;  // a language model gives logits of the last row of each text alone
};

}  // namespace genotype::inline v0_1::kernels
