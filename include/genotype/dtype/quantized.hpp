// Numbers of 2 to 8 bits in blocks, as ggml stores them: one header a type.
#pragma once

#include "genotype/dtype/blocks/iq4_nl.hpp"
#include "genotype/dtype/blocks/iq4_xs.hpp"
#include "genotype/dtype/blocks/mxfp4.hpp"
#include "genotype/dtype/blocks/q2_k.hpp"
#include "genotype/dtype/blocks/q3_k.hpp"
#include "genotype/dtype/blocks/q4_0.hpp"
#include "genotype/dtype/blocks/q4_1.hpp"
#include "genotype/dtype/blocks/q4_k.hpp"
#include "genotype/dtype/blocks/q5_0.hpp"
#include "genotype/dtype/blocks/q5_1.hpp"
#include "genotype/dtype/blocks/q5_k.hpp"
#include "genotype/dtype/blocks/q6_k.hpp"
#include "genotype/dtype/blocks/q8_0.hpp"

// A block is a struct of just its bytes: `values` says how many numbers it holds, which need not be how many share a
// scale, and `name` what ggml calls the type. `value` makes one of its numbers alone, for kernels of any device:
// `read.template at<Number>(begin)` reads what begins at a byte of the block, which lies anywhere. `dequantize(block,
// to)` makes all of them, to the bit as ggml's `dequantize_row_...` and gguf-py's `dequantize`.
//
// A number times its scale, which may be a product itself, has at most 24 bits, so that it is exact: all that rounds is
// the addition of a least value, if there is one, and a fused multiplication and addition gives the same.
//
// The loops are over a copy of the bytes, which might be what is written to for all that a compiler knows, and as long
// as bytes that lie together have one meaning: so GCC 12 turns them into vector code at -O2, three to five times as
// fast.
