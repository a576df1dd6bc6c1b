// Which rows of a batch of tokens belong to which text, and where a text's memory lies.
#pragma once

namespace genotype {

/// Rows [row, row + count) of the batch are the tokens at positions [position, position + count) of one text, whose keys
/// and values lie in slot `slot` of the session.
struct SequenceRows {
    int row;
    int count;
    int position;
    int slot;
};

/// A batch of tokens: stretches that cover all its rows in order. `context` is the number of positions in a slot; with
/// `last_only` only the last row of each stretch is wanted at the model's end.
struct Sequences {
    const SequenceRows* list;
    int count;
    int context;
    bool last_only;
};

}  // namespace genotype
