#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets gguf, tokenizer and text_files, as make_seeds.py does those of the others."""

import json
import struct

from seeds import write


def text(word):
    return struct.pack("<Q", len(word)) + word


def value(key, kind, content):
    return text(key) + struct.pack("<I", kind) + content


def array(kind, count, content):
    return struct.pack("<IQ", kind, count) + content


def tensor(name, sizes, kind, offset):
    """What a GGUF file says of a tensor; the fastest axis comes first."""
    return text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)


def gguf(values=(), tensors=(), data=b"", version=3, alignment=32, counts=None):
    head = b"GGUF" + struct.pack("<I2Q", version, *(counts or (len(tensors), len(values)))) + b"".join(values)
    head += b"".join(tensors)
    return head + bytes(-len(head) % alignment) + data


numbers = [value(bytes([97 + kind]), kind, bytes([1] * size)) for kind, size in
           [(0, 1), (1, 1), (2, 2), (3, 2), (4, 4), (5, 4), (6, 4), (7, 1), (10, 8), (11, 8), (12, 8)]]
write("gguf", "numbers", gguf(numbers))
write("gguf", "texts", gguf([value(b"t", 8, text("\u00fc\u20ac".encode())), value(b"", 8, text(b""))], version=2))
write("gguf", "arrays", gguf([value(b"a", 9, array(8, 2, text(b"b") + text(b""))), value(b"b", 9, array(5, 2, bytes(8))),
                              value(b"c", 9, array(7, 3, b"\0\1\0")), value(b"d", 9, array(0, 0, b""))]))
write("gguf", "arrays_in_arrays", gguf([value(b"a", 9, array(9, 2, array(9, 1, array(9, 1, b"\0" * 12)) + array(0, 1, b"b")))]))
write("gguf", "too_deep", gguf([value(b"a", 9, array(9, 1, array(9, 1, array(9, 1, array(9, 1, array(0, 0, b""))))))]))
every = [tensor(b"f32", [2], 0, 0), tensor(b"f16", [2, 1], 1, 32), tensor(b"bf16", [1, 2], 30, 64),
         tensor(b"q4_0", [32], 2, 96), tensor(b"q4_1", [32, 1], 3, 128), tensor(b"q8_0", [32, 1, 1], 8, 160)]
write("gguf", "tensors", gguf(tensors=every, data=bytes(range(194))))
sizes = {6: (32, 22), 7: (32, 24), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 20: (32, 18),
         23: (256, 136), 39: (32, 17)}  # of ggml's types by their numbers: values and bytes of a block
for kind, (values, size) in sizes.items():
    write("gguf", f"type_{kind}", gguf(tensors=[tensor(b"a", [values, 2], kind, 0)], data=bytes(range(2 * size % 256)) + bytes(2 * size // 256 * 256)))
write("gguf", "no_multiple_of_256", gguf(tensors=[tensor(b"a", [288], 12, 0)], data=bytes(162)))
write("gguf", "other_order", gguf(tensors=[every[4], every[0]], data=bytes(range(148))))
write("gguf", "no_values", gguf(tensors=[tensor(b"a", [0, 3], 0, 0), tensor(b"b", [], 0, 0)], data=b"abcd"))
write("gguf", "no_padding", gguf(tensors=[tensor(b"a", [0], 0, 0)], alignment=1))
for alignment in [1, 8, 64]:
    write("gguf", f"alignment_{alignment}", gguf([value(b"general.alignment", 4, struct.pack("<I", alignment))],
                                                 [tensor(b"a", [1], 0, alignment)], bytes(alignment + 4), 3, alignment))
write("gguf", "alignment_3", gguf([value(b"general.alignment", 4, struct.pack("<I", 3))]))
write("gguf", "alignment_no_u32", gguf([value(b"general.alignment", 10, struct.pack("<Q", 32))]))
write("gguf", "key_twice", gguf(numbers[:1] * 2))
write("gguf", "tensor_twice", gguf(tensors=[tensor(b"a", [8], 0, 0), tensor(b"a", [8], 0, 32)], data=bytes(64)))
write("gguf", "overlap", gguf(tensors=[tensor(b"a", [9], 0, 0), tensor(b"b", [8], 0, 32)], data=bytes(64)))
write("gguf", "beyond_the_end", gguf(tensors=[tensor(b"a", [9], 0, 0)], data=bytes(35)))
write("gguf", "no_multiple", gguf(tensors=[tensor(b"a", [33], 2, 0)], data=bytes(36)))
write("gguf", "other_type", gguf(tensors=[tensor(b"a", [256], 16, 0)], data=bytes(210)))
write("gguf", "other_types", gguf(tensors=[tensor(b"a", [256], 16, 0), tensor(b"b", [1], 0, 224), tensor(b"c", [1], 99, 1)],
                                  data=bytes(228)))
write("gguf", "other_twice", gguf(tensors=[tensor(b"a", [256], 16, 0), tensor(b"a", [1], 0, 224)], data=bytes(228)))
write("gguf", "part", gguf([value(b"split.no", 2, b"\1\0"), value(b"split.count", 2, b"\2\0"),
                            value(b"split.tensors.count", 5, bytes(4))]))
write("gguf", "page", b"<!DOCTYPE html><html></html>")
write("gguf", "huge_shape", gguf(tensors=[tensor(b"a", [1 << 32, 1 << 32, 0], 0, 0)]))
write("gguf", "huge_offset", gguf(tensors=[tensor(b"a", [64], 0, (1 << 64) - 32)], data=bytes(64)))
write("gguf", "many_tensors", gguf(counts=((1 << 64) - 1, 0)))
write("gguf", "many_keys", gguf(counts=(0, 1 << 60), data=bytes(64)))
write("gguf", "long_array", gguf([value(b"a", 9, array(12, 1 << 61, bytes(8)))]))
write("gguf", "long_text", gguf([value(b"a", 8, struct.pack("<Q", (1 << 64) - 1))]))
write("gguf", "no_utf8", gguf([value(b"a", 8, text(b"\xed\xa0\x80"))]))
write("gguf", "no_truth", gguf([value(b"a", 7, b"\2")]))
write("gguf", "big_endian", b"GGUF" + struct.pack(">I2Q", 3, 0, 0))
write("gguf", "version_1", gguf(version=1))
write("gguf", "empty", b"")


def tokenizer_json(model=None, **changes):
    vocabulary = {letter: at for at, letter in enumerate('abcdefghijklmnopqrstuvwxyz{}[]":,Ġ0123456789')}
    vocabulary |= {token: len(vocabulary) + at for at, token in enumerate(["to", "ke", "toke"])}
    special = len(vocabulary)
    file = {"version": "1.0", "added_tokens": [{"id": special, "content": "<s>", "normalized": False, "special": True}],
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False},
            "post_processor": {"type": "TemplateProcessing", "special_tokens": {"<s>": {"ids": [special]}},
                               "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]},
            "decoder": {"type": "ByteLevel"},
            "model": {"type": "BPE", "vocab": vocabulary, "merges": ["t o", ["k", "e"], "to ke"]} | (model or {})}
    return json.dumps(file | changes, ensure_ascii=False).encode()


digits = [{"type": "Digits", "individual_digits": True}, {"type": "ByteLevel", "add_prefix_space": False}]
write("tokenizer", "right", tokenizer_json())
write("tokenizer", "smollm", tokenizer_json(pre_tokenizer={"type": "Sequence", "pretokenizers": digits}))
split = {"type": "Split", "pattern": {"Regex": r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|\s+(?!\S)|\s+"},
         "behavior": "Removed", "invert": True}
whole = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}
write("tokenizer", "splits", tokenizer_json(normalizer={"type": "Sequence", "normalizers": [{"type": "NFC"}]},
                                            pre_tokenizer={"type": "Sequence", "pretokenizers": [split, digits[0], whole]}))
write("tokenizer", "word_boundary", tokenizer_json(pre_tokenizer={
    "type": "Sequence", "pretokenizers": [{**split, "pattern": {"Regex": r"a|\b[^\s]++"}}, whole]}))
space = "\u2581"
pieces = {"byte_fallback": True, "unk_token": "<unk>", "fuse_unk": True, "merges": [f"{space} a", "a a"],
          "vocab": {"<unk>": 0, "<s>": 1, "<0x0A>": 2, "<0xC3>": 3, "<0xA4>": 4, space: 5, "a": 6, f"{space}a": 7, "aa": 8}}
back = [{"type": "Replace", "pattern": {"String": space}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
strip = [{"type": "Strip", "content": " ", "start": 1, "stop": 0}]
own = {"added_tokens": [{"id": 1, "content": "<s>", "special": True, "normalized": False, "lstrip": True, "rstrip": True}],
       "post_processor": None}
write("tokenizer", "pieces", tokenizer_json(
    pieces, decoder={"type": "Sequence", "decoders": back + strip},
    pre_tokenizer={"type": "Metaspace", "replacement": space, "prepend_scheme": "first", "split": True}, **own))
write("tokenizer", "pieces_replaced", tokenizer_json(
    pieces, decoder={"type": "Sequence", "decoders": back}, pre_tokenizer=None,
    normalizer={"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": space},
                                                    {"type": "Replace", "pattern": {"String": " "}, "content": space}]}, **own))
write("tokenizer", "ignore_merges", tokenizer_json({"ignore_merges": True}))
write("tokenizer", "normalizer", tokenizer_json(normalizer={"type": "NFC"}))
write("tokenizer", "unknown_merge", tokenizer_json({"merges": ["t q"]}))
write("tokenizer", "merge_twice", tokenizer_json({"merges": ["t o", "t o"]}))
write("tokenizer", "huge_id", tokenizer_json({"vocab": {"a": 2147483646}}))
write("tokenizer", "id_twice", tokenizer_json({"vocab": {"a": 1, "b": 1}}))
write("tokenizer", "no_tokens", tokenizer_json({"vocab": {}, "merges": []}, added_tokens=[], post_processor=None))
write("tokenizer", "deep", b'{"model":' + b"[" * 300)
write("tokenizer", "key_twice", b'{"version":"1.0","version":"1.0"}')
write("tokenizer", "two_files", '{"a":0,"b":1,"ab":2,"<|endoftext|>":3,"Ġ":5}\0#version: 0.2\na b\n'.encode())
write("tokenizer", "two_files_wrong_merge", b'{"a":0,"b":1}\0a b')
write("tokenizer", "two_files_bytes", b'{"a":0,"\xc4\xa0":1}\0\xff \xff')


def folder(first, merges=b"", **files):
    """All files of a tokenizer's folder, with zero bytes between them."""
    names = ["tokenizer_config", "special_tokens_map", "added_tokens", "config"]
    return b"\0".join([first, merges] + [json.dumps(files[name]).encode() if name in files else b"" for name in names])


def added(content, **changes):
    return {"content": content, "lstrip": False, "normalized": False, "special": True} | changes


two = ('{"a":0,"b":1,"ab":2,"<|endoftext|>":3,"Ġ":4}'.encode(), b"#version: 0.2\na b\n")
bos = {"add_bos_token": True, "add_eos_token": True, "add_prefix_space": True, "bos_token": {"__type": "AddedToken"} | added("<s>"),
       "eos_token": "b", "extra_special_tokens": ["<|user|>"], "image_token": "<i>"}
write("tokenizer", "folder_bos", folder(*two, tokenizer_config=bos, added_tokens={"<|user|>": 5}))
write("tokenizer", "folder_map", folder(*two, special_tokens_map={"pad_token": added("<p>"), "unk_token": None, "additional_special_tokens": ["<x>"]}))
write("tokenizer", "folder_decoder", folder(tokenizer_json(), tokenizer_config={"added_tokens_decoder": {"48": added("<s>"), "49": added("to be", special=False)}}))
write("tokenizer", "folder_gpt2", folder(tokenizer_json(padding={"pad_token": "[PAD]"}), tokenizer_config={"add_prefix_space": True}, config={"model_type": "gpt2"}))
write("tokenizer", "folder_class", folder(tokenizer_json(), tokenizer_config={"tokenizer_class": "BertTokenizerFast"}))
write("tokenizer", "folder_gap", folder(b'{"a":0,"b":2}', b"a b", added_tokens={"<|user|>": 3}))


def config_json(family, **changes):
    rope = {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192}
    file = {"llama": {"vocab_size": 48, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                      "num_key_value_heads": 2, "intermediate_size": 28, "max_position_embeddings": 512,
                      "hidden_act": "silu", "rms_norm_eps": 1e-5, "rope_theta": 1e4, "rope_scaling": rope},
            "qwen2": {"vocab_size": 48, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                      "num_key_value_heads": 2, "intermediate_size": 28, "max_position_embeddings": 512, "rope_theta": 1e6},
            "qwen3": {"vocab_size": 48, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                      "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 28,
                      "max_position_embeddings": 512, "rope_theta": 1e6, "attention_bias": False},
            "mistral": {"vocab_size": 48, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 8,
                        "intermediate_size": 28, "max_position_embeddings": 512, "rope_theta": 1e6},
            "gpt2": {"vocab_size": 48, "n_positions": 40, "n_embd": 16, "n_layer": 2, "n_head": 2,
                     "activation_function": "gelu_new"}}[family]
    return json.dumps({"model_type": family} | file | changes).encode()


write("text_files", "llama", config_json("llama"))
write("text_files", "llama_of_transformers_5", config_json("llama", rope_scaling=None, rope_parameters={"rope_type": "linear", "factor": 2, "rope_theta": 1e5}))
write("text_files", "llama_yarn", config_json("llama", rope_scaling={"type": "yarn"}))
write("text_files", "llama_huge", config_json("llama", vocab_size=1 << 63, rope_theta=1e300))
write("text_files", "llama_heads", config_json("llama", num_key_value_heads=3))
write("text_files", "gpt2", config_json("gpt2"))
write("text_files", "qwen2", config_json("qwen2", use_sliding_window=False, layer_types=["full_attention"]))
write("text_files", "mistral", config_json("mistral", sliding_window=512))
write("text_files", "qwen3", config_json("qwen3", use_sliding_window=False, sliding_window=None))
write("text_files", "gpt2_negative", config_json("gpt2", n_head=-1))
write("text_files", "generation", b'{"eos_token_id":[1,2],"pad_token_id":-1,"do_sample":true,"temperature":0.5,"top_k":5}')
write("text_files", "generation_no_id", b'{"eos_token_id":-1}')
write("text_files", "shards", b'{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"1.safetensors"}}')
write("text_files", "shards_elsewhere", b'{"weight_map":{"a":"../1.safetensors"}}')
write("text_files", "chatml", b"{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
      b"{{ '<|im_start|>system\nHi<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + "
      b"message.content + '<|im_end|>' + '\n'}}{% endfor %}{%- if add_generation_prompt -%}\n"
      b"{{ '<|im_start|>assistant\n' }}{% endif %}\n")
write("text_files", "chat_cut", b"{% for message in messages %}{{ '")
write("text_files", "chat_parts", b"{%- set ns = namespace(n=0) %}{% macro f(x, y=1) -%}{{ x ~ y }}{%- endmacro %}{% for m in messages[::-1] if m.role != 'tool' -%}"
      b"{% if m.content is string and not loop.last %}{{ m.content | trim | replace('a', 'b') }}{% elif m.content is iterable %}{{ m.content | map(attribute='text') | join }}"
      b"{% else %}{{ f(m.role) }}{% continue %}{% endif %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}{{ d | tojson(indent=2) }}{{ [1, (2.5,), none] }}")
write("text_files", "chat_work", b"{% for a in range(9) %}{% set x = 'ab' * 3 ** a %}{{ x.split('b')[-1:] | length if l is sequence else raise_exception('no') }}{% endfor %}"
      b"{% raw %}{{ x }}{% endraw %}{# no #}{% filter upper %}a{% endfilter %}{{ l | sort(reverse=true) | first // 2 }}")


def number(key, kind, content):
    return value(key.encode(), {"I": 4, "f": 6, "?": 7}[kind], struct.pack("<" + kind, content))


def words(list_of_words):
    return array(8, len(list_of_words), b"".join(text(word.encode()) for word in list_of_words))


def text_gguf(family, more=(), tensors=()):
    sizes = {"block_count": 2, "context_length": 9, "embedding_length": 32, "feed_forward_length": 8,
             "attention.head_count": 4}
    norm = {"llama": "attention.layer_norm_rms_epsilon", "gpt2": "attention.layer_norm_epsilon"}[family]
    entries = [value(b"general.architecture", 8, text(family.encode())), number(f"{family}.{norm}", "f", 1e-5)]
    entries += [number(f"{family}.{key}", "I", size) for key, size in sizes.items()]
    return gguf(entries + list(more), [tensor(b"token_embd.weight", [32, 2], 8, 0), *tensors], bytes(68 + 28 + 128))


tokens = [value(b"tokenizer.ggml.model", 8, text(b"gpt2")), value(b"tokenizer.ggml.pre", 8, text(b"smollm")),
          value(b"tokenizer.ggml.tokens", 9, words(["a", "b", "ab", "<|im_end|>"])),
          value(b"tokenizer.ggml.token_type", 9, array(5, 4, struct.pack("<4i", 1, 1, 1, 3))),
          value(b"tokenizer.ggml.merges", 9, words(["a b"])), number("tokenizer.ggml.eos_token_id", "I", 3)]
write("text_files", "llama.gguf", text_gguf("llama", tokens, [tensor(b"blk.1.attn_q.weight", [32], 0, 96)]))
write("text_files", "gpt2.gguf", text_gguf("gpt2", [], [tensor(b"blk.0.ffn_up.weight", [32], 0, 96)]))
write("text_files", "rope_freqs.gguf", text_gguf("llama", [], [tensor(b"rope_freqs.weight", [4], 0, 96)]))
write("text_files", "linear.gguf", text_gguf("llama", [value(b"llama.rope.scaling.type", 8, text(b"linear")), number("llama.rope.scaling.factor", "f", 2.0)]))
write("text_files", "unknown_key.gguf", text_gguf("llama", [number("llama.logit_scale", "f", 2.0)]))
plain = [number("llama.expert_used_count", "I", 0), number("llama.attention.causal", "?", True),
         number("llama.attention.sliding_window", "I", 4096), number("llama.rope.scale_linear", "f", 1.0),
         value(b"llama.attention.head_count_kv", 9, array(5, 2, struct.pack("<2i", 2, 2)))]
write("text_files", "plain.gguf", text_gguf("llama", plain))
write("text_files", "layers_differ.gguf", text_gguf("llama", [value(b"llama.attention.head_count_kv", 9,
                                                                  array(3, 2, struct.pack("<2h", 2, 4)))]))
write("text_files", "no_types.gguf", text_gguf("llama", tokens[:3] + tokens[4:] + [
    number("tokenizer.ggml.padding_token_id", "I", 4294967295)]))
write("text_files", "answer", b'{"error":"Repository not found"}')
write("text_files", "no_embedding.gguf", gguf([value(b"general.architecture", 8, text(b"llama"))]))
write("text_files", "types_too_few.gguf", gguf(tokens[:3] + [value(b"tokenizer.ggml.token_type", 9, array(5, 1, bytes(4)))] + tokens[4:]))
