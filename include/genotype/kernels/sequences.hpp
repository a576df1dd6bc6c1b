// Which rows of a batch of tokens belong to which text.
#pragma once

namespace genotype {

/// Some tokens of one text, one after another: rows [row, row + count) of the batch. The first of them is the text's
/// token number `position`; in inference its earlier tokens' keys and values lie in slot `slot` of the session.
struct SequenceRows {
    int row = 0;
    int count = 0;
    int position = 0;
    int slot = 0;
};

/// The texts of a batch, which cover its rows in order and without gaps: a token is a sample, and no text is padded.
struct Sequences {
    const SequenceRows* list = nullptr;
    int count = 0;
    int context = 0;         // positions in a slot
    bool last_only = false;  // a language model answers for the last row of each text alone
};

}  // namespace genotype
