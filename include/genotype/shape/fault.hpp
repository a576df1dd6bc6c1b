// What a shape rule returns: the dimensions that come out, or the fault that it found.
#pragma once

#include "genotype/shape/dims.hpp"

namespace genotype::inline v0_1 {

enum class FaultKind {
    none,
    channels,      // got.channels() channels where wanted.channels() are wanted
    features,      // the same for vectors
    image_given,   // an image where a vector is wanted
    vector_given,  // a vector where an image is wanted
    video_given,   // a video where an image or a vector is wanted
    video_wanted,  // something else where a video is wanted
    shape,         // any other difference between got and wanted
    kernel,        // wanted: the kernel, or what it covers; got: the padded input, (depth,) height, width
    empty_output,  // got: the input whose output would have no pixel
    stride,        // got.first: a stride below 1
    padding,       // got.first: a padding below 0 or too large
    dilation,      // got.first: a dilation below 1
    extra_output,  // got.first: an output padding below neither a stride (wanted.first) nor a dilation
    border,        // got.first: a padding above wanted.first, the most that its mode can make of the input
    option,        // an option that the layer does not have
    option_twice,  // an option that is given twice
    size,          // got.first: some other size argument below 1
    groups,        // got.first channels, not a multiple of wanted.first
    heads,         // got.first heads, not a multiple of wanted.first
    head_width,    // got.first heads, which do not divide wanted.first features
    classes,       // a label of got.first classes, where there are wanted.first
    halves,        // got.first features, which are not even
    multiple,      // got: an image whose height or width is no multiple of wanted.first
    one_pixel,     // got: an image of one pixel, where a channel's deviation is wanted
    epsilon,       // an epsilon that makes no variance positive
    momentum,      // a momentum below 0 or above 1
    value_count,   // a reshape from `got` to `wanted`
    branch,        // a residual branch gives `got`, its other side `wanted`
    block,         // a repeated block makes `got` of `wanted`
    sum,           // a branch of a sum gives `got`, those before it `wanted`
    name_shape,    // a name stands for `got`, and its reader wants `wanted`
    name_twice,    // a name is bound where it stands for something already
    name_late,     // a name is bound behind a layer that reads it
    name_unread,   // a name is bound, and nothing behind reads it
    ability,       // a layer lacks what is asked of all of them, such as a tangent
    not_a_layer,
    empty_model,
};

/// The first fault of a model. The path holds a layer's index at each depth of nesting: 2.1.3 is layer 3 of layer 1 of
/// layer 2. Plain members, so that a fault can be a template argument.
struct ShapeFault {
    static constexpr int deepest = 6;

    FaultKind kind = FaultKind::none;
    Dims got{};
    Dims wanted{};
    int depth = 0;
    int at0 = 0, at1 = 0, at2 = 0, at3 = 0, at4 = 0, at5 = 0;

    constexpr explicit operator bool() const { return kind != FaultKind::none; }

    /// The same fault seen from the model that holds the faulty layer at `index`.
    constexpr ShapeFault inside(int index) const {
        return {kind, got, wanted, depth < deepest ? depth + 1 : deepest, index, at0, at1, at2, at3, at4};
    }
    /// The same fault seen from within the outermost model on the path.
    constexpr ShapeFault below() const { return {kind, got, wanted, depth - 1, at1, at2, at3, at4, at5, 0}; }
};

/// The result of a shape rule: `dims` (where no fault) or `fault`.
struct Inferred {
    Dims dims{};
    ShapeFault fault{};

    constexpr Inferred(Dims known) : dims(known) {}
    constexpr Inferred(ShapeFault found) : fault(found) {}
    constexpr Inferred(FaultKind kind, Dims got, Dims wanted) : fault{kind, got, wanted} {}
};

/// Holds an input against the pattern that a layer wants, as far as either is known.
constexpr ShapeFault compare(Dims got, Dims wanted) {
    // Of a sample whose rank is not known the channels may be: a batch norm takes images and vectors.
    if (got.rank == any_dim || wanted.rank == any_dim) {
        const int rank = got.rank != any_dim ? got.rank : wanted.rank;
        if (agree(got.first, wanted.first)) return {};
        return {rank == 1 ? FaultKind::features : FaultKind::channels, got, wanted};
    }
    if (got.rank == 3 && wanted.rank == 1) return {FaultKind::image_given, got, wanted};
    if (got.rank == 1 && wanted.rank == 3) return {FaultKind::vector_given, got, wanted};
    if (got.rank == 4 && (wanted.rank == 1 || wanted.rank == 3)) return {FaultKind::video_given, got, wanted};
    if (wanted.rank == 4 && got.rank != 4) return {FaultKind::video_wanted, got, wanted};
    if (got.rank != wanted.rank) return {FaultKind::shape, got, wanted};
    if (!agree(got.first, wanted.first))
        return {got.rank == 1   ? FaultKind::features
                : got.rank >= 3 ? FaultKind::channels
                                : FaultKind::shape,
                got, wanted};
    for (int axis = 1; axis < got.rank; ++axis)
        if (!agree(got[axis], wanted[axis])) return {FaultKind::shape, got, wanted};
    return {};
}

}  // namespace genotype::inline v0_1
