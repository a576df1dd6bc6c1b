// The sentences that the compiler prints about a wrong model. An alias such as `Sequential` asks the verdict on its
// layers for the type `model`. A right model's verdict has one; a wrong model's verdict is one of the empty templates
// below, and "no type named 'model' in" its name with its arguments is the message.
#pragma once

namespace genotype::why {

// Where: the layer's index, counted from 0, at each depth of nesting. At<2, 1, 3> is layer 3 of layer 1 of layer 2.
template <int... Index>
struct At;

// The parts of a sentence.
template <class L>
struct layer;
template <class What>
struct got;
template <class What>
struct wants;
template <class What>
struct hint_insert;
template <int Count>
struct got_channels;
template <int Count>
struct wants_channels;
template <int Count>
struct got_features;
template <int Count>
struct wants_features;
template <long Count>
struct got_values;
template <long Count>
struct wants_values;
template <int Size>
struct kernel;
template <int... Size>
struct kernel_covers;
template <int Size>
struct stride;
template <int Size>
struct dilation;
template <int Number>
struct at_most;
template <int Count>
struct groups;
template <int Size>
struct factor;
template <int Height, int Width>
struct got_size;
template <int Count>
struct got_heads;
template <int Count>
struct got_classes;
template <int Count>
struct wants_classes;
template <int Count>
struct key_value_heads;
template <int Count>
struct width;
template <int Number>
struct got_number;
template <int... Size>
struct padded_input;
struct hint_add_a_projection;
struct any_size;
struct hint_a_video_is_Shape_of_channels_depth_height_width;

// The faults of a chain of layers. Each has just the words that it needs, not a pack: GCC prints what is in a pack with
// all its default arguments, and a layer should read as its user wrote it.
template <class Where, class Layer, class Got, class Wants>
struct channels_do_not_match {};
template <class Where, class Layer, class Got, class Wants>
struct features_do_not_match {};
template <class Where, class Layer, class Got, class Wants, class Hint>
struct wants_a_vector_but_got_a_picture {};
template <class Where, class Layer, class Got, class Wants, class Hint>
struct wants_a_picture_but_got_a_vector {};
template <class Where, class Layer, class Got, class Wants, class Hint>
struct wants_a_vector_but_got_a_video {};
template <class Where, class Layer, class Got, class Wants>
struct wants_a_picture_but_got_a_video {};
template <class Where, class Layer, class Got, class Wants, class Hint>
struct wants_a_video_but_got_another_shape {};
template <class Where, class Layer, class Got, class Wants>
struct shapes_do_not_match {};
template <class Where, class Layer, class Kernel, class Input>
struct kernel_is_larger_than_the_padded_input {};
template <class Where, class Layer, class Got>
struct output_would_be_empty {};
template <class Where, class Layer, class Got>
struct stride_must_be_at_least_1 {};
template <class Where, class Layer, class Got>
struct padding_is_out_of_range {};
template <class Where, class Layer, class Got>
struct dilation_must_be_at_least_1 {};
template <class Where, class Layer, class Got, class Stride, class Dilation>
struct output_padding_must_be_smaller_than_stride_or_dilation {};
template <class Where, class Layer, class Got, class Most>
struct padding_is_larger_than_its_mode_can_make_of_the_input {};
template <class Where, class Layer>
struct layer_has_no_such_option {};
template <class Where, class Layer>
struct option_is_given_twice {};
template <class Where, class Layer, class Got>
struct size_must_be_at_least_1 {};
template <class Where, class Layer, class Groups, class Got>
struct groups_do_not_divide_the_channels {};
template <class Where, class Layer>
struct layer_has_no_tangent {};
template <class Where, class Layer, class Reason, class Hint>
struct layer_has_no_tangent_because {};
// Why a layer lacks an ability, as the layer says it: `using no_tangent = why::because<Reason, Hint>`, and in the same
// way `no_sample_norms`.
template <class Reason, class Hint>
struct because;
struct its_statistics_couple_the_samples_of_a_batch;
struct hint_use_GroupNorm_or_LayerNorm;
struct its_rows_are_tokens_of_texts;
struct hint_penalties_of_gradients_are_for_images;
template <class Layer, class Hint>
struct layer_keeps_memory_in_inference_and_reads_no_sequences {};
struct hint_say_using_reads_Names_Sequences;
template <class Where, class Layer, class KeyValueHeads, class Got>
struct key_value_heads_do_not_divide_the_heads {};
template <class Where, class Layer, class Width, class Got>
struct width_is_no_multiple_of_the_heads {};
template <class Where, class Layer, class Got, class Wants>
struct label_has_more_classes {};
template <class Where, class Layer, class Got>
struct features_have_no_two_halves {};
template <class Where, class Layer, class Factor, class Got>
struct factor_does_not_divide_height_and_width {};
template <class Where, class Layer, class Got>
struct one_pixel_has_no_deviation {};
template <class Where, class Layer>
struct epsilon_is_out_of_range {};
template <class Where, class Layer>
struct momentum_is_out_of_range {};
template <class Where, class Layer, class Got, class GotValues, class WantsValues>
struct reshape_changes_the_number_of_values {};
template <class Where, class Layer, class Got, class Wants, class Hint>
struct branch_of_residual_changes_the_shape {};
template <class Where, class Layer, class Got, class Wants>
struct block_of_repeat_changes_the_shape {};
template <class Where, class Layer, class Got, class Wants>
struct branches_of_plus_have_different_shapes {};
template <class Where, class Layer, class Got, class Wants>
struct named_value_has_another_shape {};
template <class Where, class Layer>
struct name_is_bound_already {};
template <class Where, class Layer>
struct name_is_bound_behind_a_layer_that_reads_it {};
template <class Where, class Layer, class Hint>
struct name_is_bound_but_no_layer_behind_in_its_chain_reads_it {};
struct hint_a_name_ends_with_the_chain_that_binds_it;
template <class N>
struct name;
template <class Name, class Hint>
struct no_layer_binds_the_name {};
struct hint_bind_it_before_its_reader_or_derive_it_from_Given;
template <class Name, class Got, class Wants>
struct value_has_another_shape {};
template <class Name>
struct value_of_a_name_was_not_given {};
template <class Name>
struct no_layer_reads_the_name {};
template <class Name>
struct label_has_no_gradient {};
template <class Where, class Got>
struct not_a_layer {};
template <class Model>
struct model_has_no_layers {};

template <class Got, class Width>
struct heads_do_not_divide_the_width {};

template <class L>
struct loss;
template <class Loss, class Got, class Wants>
struct loss_does_not_fit_the_output {};

template <class Got, class Wants>
struct batch_has_another_shape {};
// A host's batch that was handed to a device with memory of its own, or the other way.
template <class Got, class Wants>
struct batch_is_in_another_memory {};
template <class Name, class Got, class Wants>
struct value_is_in_another_memory {};
template <class Got, class Wants>
struct gradients_are_in_another_memory {};
template <class GotGradients, class GotModel, class WantsModel>
struct gradients_are_of_another_model {};

template <class Layer, class Hint>
struct layer_has_no_gradients_of_single_samples {};
template <class Layer, class Reason, class Hint>
struct layer_has_no_gradients_of_single_samples_because {};
template <class Hint>
struct tokens_of_a_text_are_no_samples_of_their_own {};
struct hint_give_squared_norms_the_sequences_of_the_batch;
template <class Hint>
struct norms_of_a_layer_are_of_single_rows {};
struct hint_let_add_squared_norms_take_SampleRows;
struct hint_say_using_sample_norms_SingleGradients_where_samples_are_separate;

/// The verdict on a right model.
template <class Model>
struct no_fault {
    using model = Model;
};

}  // namespace genotype::why
