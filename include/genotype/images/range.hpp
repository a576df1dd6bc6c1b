// The interval of floats that stands for the bytes 0 to 255.
#pragma once

namespace genotype::inline v0_1 {

/// The floats that the bytes 0 and 255 become: `{0, 1}` is torchvision's ToTensor, `{-1, 1}` adds Normalize(0.5, 0.5).
struct Range {
    float low = 0.0f;
    float high = 1.0f;
};

}  // namespace genotype::inline v0_1
