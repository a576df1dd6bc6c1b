// Text for language models: tokenizers, and generation by whatever model there is. It needs PCRE2 (genotype::text).
#pragma once

#include "genotype/text/byte_level.hpp"
#include "genotype/text/generate.hpp"
#include "genotype/text/tokenizer.hpp"
#include "genotype/text/tokenizer_file.hpp"
#include "genotype/text/utf8.hpp"
