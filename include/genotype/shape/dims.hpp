// The dimensions of one sample as a value: what every shape rule computes with.
#pragma once

namespace genotype::inline v0_1 {

/// A dimension, or a rank, that nothing is known about yet.
inline constexpr int any_dim = -1;

/// The dimensions of one sample, in PyTorch's order and without the batch: (channels, height, width), (features), or
/// (channels, depth, height, width) of a video, whose depth is its frames. A fifth axis is for weights alone.
/// Parts may be unknown (`any_dim`): before an input shape is named, `Conv<3, 64, 4, 2, 1>` already gives `{64,
/// any_dim, any_dim}`. The members are plain integers, not an array, so that a value may stand in the type of a GPU
/// kernel.
struct Dims {
    int rank = any_dim;
    int first = 1, second = 1, third = 1, fourth = 1, fifth = 1;

    constexpr int operator[](int axis) const {
        return axis == 0 ? first : axis == 1 ? second : axis == 2 ? third : axis == 3 ? fourth : fifth;
    }
    constexpr int& operator[](int axis) {
        return axis == 0 ? first : axis == 1 ? second : axis == 2 ? third : axis == 3 ? fourth : fifth;
    }

    constexpr int channels() const { return first; }
    /// Frames of a video, 1 of an image.
    constexpr int depth() const { return rank == 4 ? second : 1; }
    constexpr int height() const { return rank == 3 ? second : rank == 4 ? third : 1; }
    constexpr int width() const { return rank == 3 ? third : rank == 4 ? fourth : 1; }
    /// Positions that share the channels: height x width of an image, depth times that of a video, 1 of a vector.
    constexpr int pixels() const { return depth() * height() * width(); }

    /// Values in one sample.
    constexpr long count() const { return static_cast<long>(first) * second * third * fourth * fifth; }

    /// Every dimension is known.
    constexpr bool complete() const {
        return rank != any_dim && first != any_dim && second != any_dim && third != any_dim && fourth != any_dim &&
               fifth != any_dim;
    }

    friend constexpr bool operator==(const Dims&, const Dims&) = default;
};

constexpr Dims vector_dims(int features) {
    return {1, features};
}
constexpr Dims image_dims(int channels, int height, int width) {
    return {3, channels, height, width};
}
constexpr Dims video_dims(int channels, int depth, int height, int width) {
    return {4, channels, depth, height, width};
}

/// Nothing known at all.
inline constexpr Dims unknown_dims{any_dim, any_dim, any_dim, any_dim, any_dim};

/// Two dimensions can be the same: equal, or one of them unknown.
constexpr bool agree(int left, int right) {
    return left == any_dim || right == any_dim || left == right;
}

/// What is known of either, once both are known to describe the same sample.
constexpr Dims merge(Dims left, Dims right) {
    if (left.rank == any_dim) {
        if (right.first == any_dim) right.first = left.first;
        return right;
    }
    for (int axis = 0; axis < left.rank; ++axis)
        if (left[axis] == any_dim && (axis == 0 || right.rank != any_dim)) left[axis] = right[axis];
    return left;
}

}  // namespace genotype::inline v0_1
