#!/usr/bin/env python3
"""Writes data/generation.json: what transformers generates, which generation.cpp compares with.

The model is not one: its logits are a hash of the last tokens, as in tests/support/fake_language_model.hpp, so that both
sides have the same to the bit. Run by hand, after a change of the cases: `python3 generate_generation.py`, a minute, no GPU.
Made with Python 3.11, PyTorch 2.15.0, transformers 5.24.0 and tokenizers 0.23.3.
"""
import json
import pathlib
import warnings

import numpy as np
import tokenizers
import torch
from transformers import GenerationMixin, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast
from transformers.modeling_outputs import CausalLMOutput
from transformers.utils import logging

END = 268
VOCABULARY = 269
MERGES = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "a a", "aa aa", "Ġ Ġ"]


def make_tokenizer():
    """tests/support/small_tokenizer.hpp, and a special token behind it."""
    letters = {byte: letter for letter, byte in tokenizers_alphabet().items()}
    vocabulary = {letters[byte]: byte for byte in range(256)}
    merges = [tuple(merge.split(" ")) for merge in MERGES]
    for left, right in merges:
        vocabulary[left + right] = len(vocabulary)
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|end|>"])
    assert tokenizer.token_to_id("<|end|>") == END
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def tokenizers_alphabet():
    """The character of each byte, as GPT-2 has them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + at): byte for at, byte in enumerate(others)}


class FakeModel(PreTrainedModel, GenerationMixin):
    config_class = PreTrainedConfig

    def __init__(self, salt=0, memory=1000, shift=8, raised=()):
        super().__init__(PreTrainedConfig(vocab_size=VOCABULARY))
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.salt, self.memory, self.shift, self.raised = salt, memory, shift, raised
        self.main_input_name = "input_ids"

    def logits(self, tokens):
        state = 2166136261 ^ self.salt
        for token in tokens[-self.memory:]:
            state = (state ^ token) * 16777619 % 2**32
        x = np.uint32(state) + np.arange(VOCABULARY, dtype=np.uint32) * np.uint32(0x9E3779B9)
        x = (x ^ x >> np.uint32(16)) * np.uint32(0x7FEB352D)
        x = (x ^ x >> np.uint32(15)) * np.uint32(0x846CA68B)
        x = x ^ x >> np.uint32(16)
        logits = (x >> np.uint32(self.shift)).astype(np.float32) * np.float32(2.0 ** (self.shift - 28)) - np.float32(8)
        for token, more in self.raised:
            logits[token] += np.float32(more)
        return logits

    def forward(self, input_ids, attention_mask=None, **_):
        last = np.stack([self.logits(row) for row in input_ids.tolist()])
        return CausalLMOutput(logits=torch.from_numpy(last)[:, None, :])

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **_):
        return {"input_ids": input_ids}


TOKENIZER = make_tokenizer()
PROMPTS = [
    [97],
    [104, 101, 108, 108, 111, 32, 97, 98, 97, 98, 97],
    [1, 2, 3, 1, 2, 4, 1, 2, 3, 1, 2],
    [259, 264, 259, 264, 10, 259],
    [(7 * at) % 61 + 32 for at in range(60)],
]
TEXTS = PROMPTS[:3]
# What a processor keeps of the logits behind the prompt.
SAMPLED = [
    {"do_sample": True},
    {"temperature": 0.7},
    {"temperature": 1.9},
    *({"top_k": k} for k in (1, 5, 50, 268, 269, 400)),
    *({"top_p": p} for p in (0.0, 0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0)),
    *({"min_p": p} for p in (0.0, 0.05, 0.3, 0.9, 1.0)),
    {"do_sample": True, "repetition_penalty": 1.3},
    {"do_sample": True, "repetition_penalty": 0.8},
    *({"do_sample": True, "no_repeat_ngram_size": size} for size in (1, 2, 3, 12, 13)),
    {"do_sample": True, "min_new_tokens": 3, "end_tokens": [END, 10]},
    {"temperature": 0.6, "top_k": 40},
    {"top_k": 20, "top_p": 0.8},
    {"top_p": 0.9, "min_p": 0.1},
    {"temperature": 0.8, "top_k": 100, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.2,
     "no_repeat_ngram_size": 3, "min_new_tokens": 1, "end_tokens": [END]},
    {"temperature": 1.5, "top_k": 100, "top_p": 0.95, "min_p": 0.01, "repetition_penalty": 2.0,
     "no_repeat_ngram_size": 2, "min_new_tokens": 1, "end_tokens": [END]},
]
GREEDY = [
    {},
    {"max_new_tokens": 1},
    {"repetition_penalty": 1.5},
    {"no_repeat_ngram_size": 2},
    {"no_repeat_ngram_size": 1},
    {"repetition_penalty": 1.2, "no_repeat_ngram_size": 3},
    {"end_tokens": [END]},
    {"end_tokens": [END, 99, 110]},
    {"end_tokens": [END], "min_new_tokens": 8},
    {"end_tokens": [END], "skip_special_tokens": False},
]
BEAMS = [
    *({"num_beams": beams, "length_penalty": penalty, "early_stopping": early, "end_tokens": ends}
      for beams in (2, 4)
      for penalty in (1.0, 0.0, 2.5, -1.0)
      for early in (False, True, "never")
      for ends in ([END], [END, 99, 110])),
    {"num_beams": 3},
    {"num_beams": 4, "max_new_tokens": 1},
    {"num_beams": 4, "repetition_penalty": 1.4, "end_tokens": [END]},
    {"num_beams": 4, "no_repeat_ngram_size": 2, "end_tokens": [END]},
    {"num_beams": 4, "min_new_tokens": 6, "end_tokens": [END]},
    {"num_beams": 3, "repetition_penalty": 1.2, "no_repeat_ngram_size": 3, "min_new_tokens": 2, "length_penalty": 0.7,
     "end_tokens": [END, 17]},
]


def run(model, prompt, options, **more):
    named = dict(options)
    named.setdefault("max_new_tokens", 20)
    skip = named.pop("skip_special_tokens", True)
    if any(field in named for field in ("temperature", "top_k", "top_p", "min_p")):
        named["do_sample"] = True
    named.setdefault("top_k", 0)
    named["eos_token_id"] = named.pop("end_tokens", None)
    if "stop_strings" in named:
        more["tokenizer"] = TOKENIZER
    ids = torch.tensor([prompt])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = model.generate(ids, attention_mask=torch.ones_like(ids), use_cache=False, pad_token_id=0,
                                return_dict_in_generate=True, output_scores=True, **named, **more)
    new = result.sequences[0, len(prompt):].tolist()
    return result, new, TOKENIZER.decode(new, skip_special_tokens=skip)


def number(value):
    return None if value == -np.inf else float(f"{value:.9g}")


def write_cases():
    cases = {"sampled": [], "texts": []}
    for fake in ({"salt": 1}, {"salt": 2, "shift": 27}):
        for at, options in enumerate(SAMPLED):
            prompt = PROMPTS[1 + at % 4] if "no_repeat_ngram_size" not in options else PROMPTS[1 + at % 2]
            result, _, _ = run(FakeModel(**fake), prompt, {**options, "max_new_tokens": 3 if "min_new_tokens" in options
                                                           else 1})
            scores = result.scores[0][0].numpy()
            kept = [[token, number(score)] for token, score in enumerate(scores) if score > -np.inf]
            cases["sampled"].append({"fake": fake, "prompt": prompt, "options": options, "kept": kept})

    def add(fake, prompt, options):
        result, ids, text = run(FakeModel(**fake), prompt, options)
        case = {"fake": fake, "prompt": prompt, "options": options, "ids": ids, "text": text}
        if options.get("num_beams", 1) > 1:
            case["score"] = number(result.sequences_scores[0].item())
        cases["texts"].append(case)

    for options in GREEDY:
        for prompt in TEXTS:
            raised = [[END, 6.5]] if "end_tokens" in options else []
            add({"salt": 3, "memory": 1, "raised": raised}, prompt, options)
            add({"salt": 4, "raised": raised}, prompt, options)
    for at, options in enumerate(BEAMS):
        raised = [[END, (2.0, 3.5, 5.0)[at % 3]]]
        for salt, prompt in enumerate(TEXTS):
            add({"salt": 10 + salt, "raised": raised}, prompt, {"max_new_tokens": 12, **options})
    add_stop_strings(add)
    return cases


def add_stop_strings(add):
    """Words out of what would come without them, cut at and within tokens, and some that do not come."""
    for salt, prompt in enumerate(TEXTS):
        for fake in ({"salt": 20 + salt}, {"salt": 30 + salt, "raised": [[token, 6.0] for token in range(97, 123)]}):
            _, ids, _ = run(FakeModel(**fake), prompt, {})
            alphabet = tokenizers_alphabet()
            pieces = [bytes(alphabet[letter] for letter in TOKENIZER.convert_ids_to_tokens(token)) for token in ids
                      if token != END]
            text = b"".join(pieces[3:9]).decode("utf-8", "ignore")
            whole = pieces[4].decode("utf-8", "ignore")
            for words in ([text[:2]], [text[1:3]], ["never here", text[2:5]], [whole or "x"], ["never here"]):
                if all(words):
                    add(fake, prompt, {"stop_strings": words})
                    add(fake, prompt, {"stop_strings": words, "num_beams": 3, "end_tokens": [END]})
    # A word that the prompt begins; one that ended in it; one that the special token's name completes.
    fake = {"salt": 40, "raised": [[98, 17.0]]}
    add(fake, [97], {"stop_strings": ["ab"]})
    add(fake, [97, 98, 99], {"stop_strings": ["bc"], "max_new_tokens": 4})
    add({"salt": 41, "memory": 1, "raised": [[END, 17.0]]}, [97], {"stop_strings": ["end|"], "max_new_tokens": 4})
    add({"salt": 42, "raised": [[259, 17.0]]}, [97], {"stop_strings": ["ell"], "max_new_tokens": 4})
    add({"salt": 42, "raised": [[259, 17.0]]}, [97], {"stop_strings": ["ohe"], "max_new_tokens": 4})


def main():
    logging.set_verbosity_error()
    path = pathlib.Path(__file__).parent / "data" / "generation.json"
    cases = write_cases()
    lines = [f'"{group}": [\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in list_of) + "\n]"
             for group, list_of in cases.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print({group: len(list_of) for group, list_of in cases.items()}, path.stat().st_size, "bytes")


main()
