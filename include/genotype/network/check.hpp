// Holds a chain of layers against its own shape rules while the compiler reads it, and turns the first fault into a
// sentence of `shape/report.hpp`.
#pragma once

#include "genotype/layers/layer.hpp"
#include "genotype/network/pack.hpp"
#include "genotype/shape/report.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

struct Flatten;
struct Reshape_to_a_picture;

namespace detail {

template <class L>
constexpr Inferred rule(Dims in) {
    if constexpr (Layer<L>)
        return infer<L>(in);
    else
        return ShapeFault{FaultKind::not_a_layer};
}

/// What comes out of the chain `L...`, or its first fault with the path to it.
template <class... L>
constexpr Inferred infer_chain(Dims in) {
    if constexpr (sizeof...(L) == 0) {
        return ShapeFault{FaultKind::empty_model};
    } else {
        Inferred (*const rules[])(Dims) = {&rule<L>...};
        int index = 0;
        for (auto rule_of_layer : rules) {
            const Inferred step = rule_of_layer(in);
            if (step.fault) return step.fault.inside(index);
            in = step.dims;
            ++index;
        }
        return in;
    }
}

template <ShapeFault F>
consteval auto place() {
    if constexpr (F.depth == 0)
        return std::type_identity<why::At<>>{};  // the model itself
    else if constexpr (F.depth == 1)
        return std::type_identity<why::At<F.at0>>{};
    else if constexpr (F.depth == 2)
        return std::type_identity<why::At<F.at0, F.at1>>{};
    else if constexpr (F.depth == 3)
        return std::type_identity<why::At<F.at0, F.at1, F.at2>>{};
    else if constexpr (F.depth == 4)
        return std::type_identity<why::At<F.at0, F.at1, F.at2, F.at3>>{};
    else if constexpr (F.depth == 5)
        return std::type_identity<why::At<F.at0, F.at1, F.at2, F.at3, F.at4>>{};
    else
        return std::type_identity<why::At<F.at0, F.at1, F.at2, F.at3, F.at4, F.at5>>{};
}

/// Follows a path down to the faulty layer. A combinator names its children: `typename C::template child<I>`.
template <ShapeFault F, class L>
consteval auto descend() {
    if constexpr (F.depth == 0)
        return std::type_identity<L>{};
    else
        return descend<F.below(), typename L::template child<F.at0>>();
}

/// A shape as far as it is known.
template <Dims D>
consteval auto shape_word() {
    if constexpr (D.complete())
        return ShapeOf<D>{};
    else if constexpr (D.rank >= 3)
        return std::type_identity<why::got_channels<D.first>>{};
    else
        return std::type_identity<why::any_size>{};
}
template <Dims D>
using shape_word_t = typename decltype(shape_word<D>())::type;

/// The sentence about fault `F` at layer `L`.
template <ShapeFault F, class Where, class L>
consteval auto sentence() {
    using enum FaultKind;
    using Name = why::layer<L>;
    constexpr Dims got_dims = F.got;
    constexpr Dims wanted = F.wanted;
    if constexpr (F.kind == channels)
        return std::type_identity<why::channels_do_not_match<Where, Name, why::got_channels<got_dims.first>,
                                                             why::wants_channels<wanted.first>>>{};
    else if constexpr (F.kind == features)
        return std::type_identity<why::features_do_not_match<Where, Name, why::got_features<got_dims.first>,
                                                             why::wants_features<wanted.first>>>{};
    else if constexpr (F.kind == image_given)
        return std::type_identity<
            why::wants_a_vector_but_got_a_picture<Where, Name, why::got<shape_word_t<got_dims>>,
                                                  why::wants_features<wanted.first>, why::hint_insert<Flatten>>>{};
    else if constexpr (F.kind == vector_given)
        return std::type_identity<why::wants_a_picture_but_got_a_vector<Where, Name, why::got_features<got_dims.first>,
                                                                        why::wants_channels<wanted.first>,
                                                                        why::hint_insert<Reshape_to_a_picture>>>{};
    else if constexpr (F.kind == video_given && wanted.rank == 1)
        return std::type_identity<
            why::wants_a_vector_but_got_a_video<Where, Name, why::got<shape_word_t<got_dims>>,
                                                why::wants_features<wanted.first>, why::hint_insert<Flatten>>>{};
    else if constexpr (F.kind == video_given)
        return std::type_identity<why::wants_a_picture_but_got_a_video<Where, Name, why::got<shape_word_t<got_dims>>,
                                                                       why::wants_channels<wanted.first>>>{};
    else if constexpr (F.kind == video_wanted)
        return std::type_identity<why::wants_a_video_but_got_another_shape<
            Where, Name, why::got<shape_word_t<got_dims>>, why::wants_channels<wanted.first>,
            why::hint_a_video_is_Shape_of_channels_depth_height_width>>{};
    else if constexpr (F.kind == shape)
        return std::type_identity<why::shapes_do_not_match<Where, Name, why::got<shape_word_t<got_dims>>,
                                                           why::wants<shape_word_t<wanted>>>>{};
    else if constexpr (F.kind == FaultKind::kernel && wanted.rank == 2)
        return std::type_identity<why::kernel_is_larger_than_the_padded_input<
            Where, Name, why::kernel_covers<wanted[0], wanted[1]>, why::padded_input<got_dims[0], got_dims[1]>>>{};
    else if constexpr (F.kind == FaultKind::kernel && wanted.rank == 3)
        return std::type_identity<why::kernel_is_larger_than_the_padded_input<
            Where, Name, why::kernel_covers<wanted[0], wanted[1], wanted[2]>,
            why::padded_input<got_dims[0], got_dims[1], got_dims[2]>>>{};
    else if constexpr (F.kind == FaultKind::kernel)
        return std::type_identity<why::kernel_is_larger_than_the_padded_input<
            Where, Name, why::kernel<wanted.first>, why::padded_input<got_dims[0], got_dims[1]>>>{};
    else if constexpr (F.kind == empty_output)
        return std::type_identity<why::output_would_be_empty<Where, Name, why::got<shape_word_t<got_dims>>>>{};
    else if constexpr (F.kind == stride)
        return std::type_identity<why::stride_must_be_at_least_1<Where, Name, why::got_number<got_dims.first>>>{};
    else if constexpr (F.kind == FaultKind::dilation)
        return std::type_identity<why::dilation_must_be_at_least_1<Where, Name, why::got_number<got_dims.first>>>{};
    else if constexpr (F.kind == extra_output)
        return std::type_identity<why::output_padding_must_be_smaller_than_stride_or_dilation<
            Where, Name, why::got_number<got_dims.first>, why::stride<wanted.first>, why::dilation<wanted.second>>>{};
    else if constexpr (F.kind == border)
        return std::type_identity<why::padding_is_larger_than_its_mode_can_make_of_the_input<
            Where, Name, why::got_number<got_dims.first>, why::at_most<wanted.first>>>{};
    else if constexpr (F.kind == option)
        return std::type_identity<why::layer_has_no_such_option<Where, Name>>{};
    else if constexpr (F.kind == option_twice)
        return std::type_identity<why::option_is_given_twice<Where, Name>>{};
    else if constexpr (F.kind == padding)
        return std::type_identity<why::padding_is_out_of_range<Where, Name, why::got_number<got_dims.first>>>{};
    else if constexpr (F.kind == size)
        return std::type_identity<why::size_must_be_at_least_1<Where, Name, why::got_number<got_dims.first>>>{};
    else if constexpr (F.kind == FaultKind::groups)
        return std::type_identity<why::groups_do_not_divide_the_channels<Where, Name, why::groups<wanted.first>,
                                                                         why::got_channels<got_dims.first>>>{};
    else if constexpr (F.kind == FaultKind::heads)
        return std::type_identity<why::key_value_heads_do_not_divide_the_heads<
            Where, Name, why::key_value_heads<wanted.first>, why::got_heads<got_dims.first>>>{};
    else if constexpr (F.kind == FaultKind::head_width)
        return std::type_identity<why::width_is_no_multiple_of_the_heads<Where, Name, why::width<wanted.first>,
                                                                         why::got_heads<got_dims.first>>>{};
    else if constexpr (F.kind == FaultKind::classes)
        return std::type_identity<why::label_has_more_classes<Where, Name, why::got_classes<got_dims.first>,
                                                              why::wants_classes<wanted.first>>>{};
    else if constexpr (F.kind == halves)
        return std::type_identity<why::features_have_no_two_halves<Where, Name, why::got_features<got_dims.first>>>{};
    else if constexpr (F.kind == multiple)
        return std::type_identity<why::factor_does_not_divide_height_and_width<
            Where, Name, why::factor<wanted.first>, why::got_size<got_dims[1], got_dims[2]>>>{};
    else if constexpr (F.kind == one_pixel)
        return std::type_identity<why::one_pixel_has_no_deviation<Where, Name, why::got<shape_word_t<got_dims>>>>{};
    else if constexpr (F.kind == epsilon)
        return std::type_identity<why::epsilon_is_out_of_range<Where, Name>>{};
    else if constexpr (F.kind == momentum)
        return std::type_identity<why::momentum_is_out_of_range<Where, Name>>{};
    else if constexpr (F.kind == value_count)
        return std::type_identity<why::reshape_changes_the_number_of_values<
            Where, Name, why::got<shape_word_t<got_dims>>, why::got_values<got_dims.count()>,
            why::wants_values<wanted.count()>>>{};
    else if constexpr (F.kind == branch)
        return std::type_identity<
            why::branch_of_residual_changes_the_shape<Where, Name, why::got<shape_word_t<got_dims>>,
                                                      why::wants<shape_word_t<wanted>>, why::hint_add_a_projection>>{};
    else if constexpr (F.kind == block)
        return std::type_identity<why::block_of_repeat_changes_the_shape<Where, Name, why::got<shape_word_t<got_dims>>,
                                                                         why::wants<shape_word_t<wanted>>>>{};
    else if constexpr (F.kind == FaultKind::sum)
        return std::type_identity<why::branches_of_plus_have_different_shapes<
            Where, Name, why::got<shape_word_t<got_dims>>, why::wants<shape_word_t<wanted>>>>{};
    else if constexpr (F.kind == name_shape)
        return std::type_identity<why::named_value_has_another_shape<Where, Name, why::got<shape_word_t<got_dims>>,
                                                                     why::wants<shape_word_t<wanted>>>>{};
    else if constexpr (F.kind == name_twice)
        return std::type_identity<why::name_is_bound_already<Where, Name>>{};
    else if constexpr (F.kind == name_late)
        return std::type_identity<why::name_is_bound_behind_a_layer_that_reads_it<Where, Name>>{};
    else if constexpr (F.kind == name_unread)
        return std::type_identity<why::name_is_bound_but_no_layer_behind_in_its_chain_reads_it<
            Where, Name, why::hint_a_name_ends_with_the_chain_that_binds_it>>{};
    else if constexpr (F.kind == FaultKind::not_a_layer)
        return std::type_identity<why::not_a_layer<Where, why::got<L>>>{};
    else
        return std::type_identity<why::model_has_no_layers<L>>{};
}

/// The input that a layer, or the first layer of a combinator, asks for, as far as it asks.
template <class L>
constexpr Dims wanted_input() {
    if constexpr (requires { L::wanted_input(); })
        return L::wanted_input();
    else
        return L::input;
}

/// How many channels a layer puts behind those of its input, which so are not the input's.
template <class L>
constexpr int joined_channels() {
    if constexpr (requires { L::joined_channels; })
        return L::joined_channels;
    else
        return 0;
}

/// The sentence about fault `F` of `Model`, whose children are followed along the path; without a fault, `Model`.
template <ShapeFault F, class Model>
consteval auto verdict() {
    if constexpr (F)
        return sentence<F, typename decltype(place<F>())::type, typename decltype(descend<F, Model>())::type>();
    else
        return std::type_identity<why::no_fault<Model>>{};
}

/// Stands in for a combinator that is not allowed to exist, so that a path can be followed into its children.
template <class... L>
struct chain {
    template <int I>
    using child = nth<I, L...>;
};

/// What there is to say about `Model` when its shape rule finds fault `F`: `said` is a sentence, or a struct whose
/// member `model` is `Model`. (A struct, not an alias: GCC 12 crashes on the alias.)
template <ShapeFault F, class Model>
struct Verdict {
    using said = typename decltype(verdict<F, Model>())::type;
};

}  // namespace detail
}  // namespace genotype::inline v0_1
