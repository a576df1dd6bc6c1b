// How much a `TextRun` can hold.
#pragma once

namespace genotype::inline v0_1 {

struct TextRunOptions {
    int slots = 1;       // texts that are open at the same time
    int context = 1024;  // positions of each; up to `longest_context` of the model
    int max_rows = 512;  // tokens that one call reads
};

}  // namespace genotype::inline v0_1
