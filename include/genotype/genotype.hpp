// genotype: generative models whose architecture is their type. This is the core; <genotype/data.hpp> reads data sets,
// <genotype/io.hpp> writes images and files, <genotype/testing.hpp> checks layers of one's own.
#pragma once

// The aliases that check models come first: a compiler's message about a wrong model is shortest so.
#include "genotype/network/output_shape.hpp"
#include "genotype/network/sequential.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/plus.hpp"
#include "genotype/network/let.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/self_attention.hpp"
#include "genotype/models/language_model.hpp"
#include "genotype/models/adversarial_pair.hpp"
#include "genotype/models/autoencoder.hpp"
#include "genotype/models/supervised.hpp"

#if !defined(__CUDACC__)  // nvcc would compile the processor's vectors for nothing
#include "genotype/kernels/cpu.hpp"
#endif
#include "genotype/kernels/direct_convolution.hpp"
#include "genotype/kernels/reference.hpp"
#include "genotype/layers.hpp"
#include "genotype/network/context.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/normal.hpp"
#include "genotype/network/renew_statistics.hpp"
#include "genotype/network/sample_norms.hpp"
#include "genotype/network/session.hpp"
#include "genotype/network/summary.hpp"
#include "genotype/losses.hpp"
#include "genotype/optimizers.hpp"
// Before what includes them, which keeps compilers' words short.
#include "genotype/training/optimized.hpp"
#include "genotype/training/trainer.hpp"
#include "genotype/models/autoencode.hpp"
#include "genotype/training/gan_trainer.hpp"
#include "genotype/training/loss_between.hpp"
#include "genotype/training/supervised_trainer.hpp"
#include "genotype/training/text_trainer.hpp"
#include "genotype/training/vae_trainer.hpp"
#include "genotype/models/gan.hpp"
#include "genotype/models/gpt2.hpp"
#include "genotype/models/llama.hpp"
#include "genotype/models/text_initial_values.hpp"
#include "genotype/models/vae.hpp"
#include "genotype/version.hpp"
