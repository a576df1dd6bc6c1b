#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to tests/fuzz/corpus: small right files, and files with one known fault each.

It needs Python's own library alone, and writes the same bytes on each run. Files of corpus/ that it does not name, such
as finds of the fuzzers, stay.
"""

import gzip
import io
import json
import math
import pathlib
import struct
import zipfile
import zlib

corpus = pathlib.Path(__file__).parent / "corpus"


def write(target, name, content):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def packed(content):
    return gzip.compress(content, mtime=0)


def idx(sizes, values):
    return struct.pack(">4B", 0, 0, 8, len(sizes)) + struct.pack(f">{len(sizes)}I", *sizes) + values


def png(width, height, depth, colour, values, before=b"", interlace=0):
    """One picture whose rows, each after its filter's byte, are `values`; `before` are chunks before them."""
    header = struct.pack(">2I5B", width, height, depth, colour, 0, 0, interlace)
    rows = chunk(b"IDAT", zlib.compress(values))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + rows + chunk(b"IEND", b"")


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def npy(header, values, version=1):
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + values


def npy_of(kind, sizes, values):
    return npy(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}), }}\n", values)


def npz(members, method=zipfile.ZIP_STORED):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as file:
        for name, content in members:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            with file.open(entry, "w", force_zip64=True) as member:  # as numpy does
                member.write(content)
    return archive.getvalue()


pictures = idx([2, 2, 3], b"abcdefghijkl")
write("idx", "plain", pictures)
write("idx", "gzip", packed(pictures))
write("idx", "two_members", packed(pictures[:9]) + packed(pictures[9:]))
write("idx", "cut", pictures[:20])
write("idx", "huge", idx([0x7FFFFFFF, 0x100, 0x100], b"abc"))
write("idx", "overflow", idx([0x40000000, 0x40000000, 0x40000000], b""))
write("idx", "zeros", packed(idx([16, 64, 64], bytes(1 << 16))))

write("idx_labels", "plain", idx([2], b"\x07\x02"))
write("idx_labels", "gzip", packed(idx([2], b"\x07\x02")))
write("idx_labels", "three", idx([3], b"abc"))
write("idx_labels", "pictures", idx([2, 1, 1], b"ab"))

record = bytes(3072)
write("cifar10", "plain", b"\x03" + record)
write("cifar10", "one", packed(b"\x09" + record))
write("cifar10", "two", packed(b"\x00" + record + b"\x05" + record))
write("cifar10", "cut", packed(b"\x01" + record[:100]))
write("cifar10", "label", packed(b"\x0a" + record))
write("cifar10", "empty", b"")

write("png", "grey", png(3, 2, 8, 0, b"\0abc\1def"))
write("png", "grey_one_bit", png(9, 2, 1, 0, b"\0\xff\x80\0\x0f\0"))
write("png", "grey_sixteen_bits", png(1, 2, 16, 0, b"\0ab\2cd"))
write("png", "colour", png(2, 1, 8, 2, b"\0abcdef"))
write("png", "alpha", png(1, 1, 8, 6, b"\0abcd"))
write("png", "grey_alpha", png(2, 1, 8, 4, b"\0abcd"))
write("png", "palette", png(4, 1, 2, 3, b"\0\x1b", chunk(b"PLTE", b"abcdefghijkl") + chunk(b"tRNS", b"\x80")))
write("png", "palette_too_short", png(4, 1, 2, 3, b"\0\x1b", chunk(b"PLTE", b"abc")))
write("png", "interlaced", png(2, 2, 8, 0, b"\0a\0b\0cd", interlace=1))
write("png", "ancillary", png(1, 1, 8, 0, b"\0a", chunk(b"gAMA", b"\0\0\xb1\x8f") + chunk(b"tEXt", b"k\0v")))
write("png", "huge", png(20000, 20000, 8, 0, b"\0a"))
write("png", "too_few_rows", png(3, 2, 8, 0, b"\0abc"))
write("png", "no_end", png(3, 2, 8, 0, b"\0abc\1def")[:-12])


def entry(kind, name, content=None):
    return bytes([kind, len(name)]) + name + (b"" if content is None else bytes([len(content)]) + content)


small = png(1, 1, 8, 0, b"\0a")
write("picture_folder", "loose", b"\0" + entry(0, b"b.png") + entry(4, b"a.PNG"))
write("picture_folder", "classes", b"\0" + entry(7, b"cat/1.png") + entry(7, b"dog/x/2.png") + entry(7, b"cat/3.png"))
write("picture_folder", "both", b"\0" + entry(0, b"cat/1.png") + entry(0, b"2.png"))
write("picture_folder", "sizes", b"\0" + entry(0, b"1.png") + entry(3, b"2.png"))
write("picture_folder", "resized", b"\5" + entry(0, b"1.png") + entry(7, b"2.png"))
write("picture_folder", "odd_names", b"\0" + entry(0, b" .png") + entry(0, b"\xff\n.png") + entry(0, b"..png") + entry(0, b".png"))
write("picture_folder", "folder_named_png", b"\0" + entry(12, b"a.png") + entry(0, b"a.png/b.png") + entry(12, b"c"))
write("picture_folder", "other_files", b"\0" + entry(8, b"a.png", small) + entry(8, b"b.txt", b"words"))
write("picture_folder", "damaged", b"\0" + entry(0, b"a.png") + entry(8, b"b.png", small[:30]))

two = struct.pack("<2f", 1, 2)
write("npy", "floats", npy_of("<f4", "2,", two))
write("npy", "matrix", npy_of("<f4", "2, 3", two + two + two))
write("npy", "pictures", npy_of("|u1", "2, 1, 1, 3", b"abcdef"))
write("npy", "one_value", npy_of("<f4", "", two[:4]))
write("npy", "none", npy_of("<f4", "0, 3", b""))
write("npy", "doubles", npy_of("<f8", "1,", two))
write("npy", "big_endian", npy_of(">f4", "2,", two))
write("npy", "fortran", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }\n", two))
write("npy", "version_2", npy("{'shape':(2,),'descr':'<f4','fortran_order':False}", two, 2))
write("npy", "huge", npy_of("<f4", "1000000000000,", two))
write("npy", "overflow", npy_of("<f4", "999999999999999, 999999999999999", b""))
write("npy", "long_header", npy("", b"", 3)[:8] + b"\xff\xff\xff\xff{")
write("npy", "one_key_thrice", npy("{'descr': '<f4', 'descr': '<f4', 'descr': '<f4'}", two[:4]))
write("npy", "words_behind", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } }", two))

arrays = [("z.npy", npy_of("<f4", "1, 3", bytes(12))), ("x.npy", npy_of("|u1", "1, 2, 2, 1", b"abcd"))]
stored = npz(arrays)
write("npz", "stored", stored)
write("npz", "deflated", npz(arrays, zipfile.ZIP_DEFLATED))
write("npz", "bzip2", npz(arrays[:1], zipfile.ZIP_BZIP2))
write("npz", "other_members", npz([("readme", b"words"), ("a/b.npy", b"no array"), (".npy", arrays[0][1])]))
write("npz", "no_members", npz([]))
write("npz", "twice", stored.replace(b"x.npy", b"z.npy"))
write("npz", "wrong_checksum", stored.replace(b"abcd", b"abce"))
write("npz", "cut", stored[:-1])
write("npz", "empty", b"")


def safetensors(entries, metadata=None, header=None):
    """A file of (name, dtype, shape, values), or one of any header; what lies behind it is the values all the same."""
    texts, data = [], b""
    if metadata is not None:
        texts.append('"__metadata__":' + json.dumps(metadata, separators=(",", ":")))
    for name, kind, shape, values in entries:
        offsets = [len(data), len(data) + len(values)]
        texts.append(f'"{name}":{{"dtype":"{kind}","shape":{json.dumps(shape)},"data_offsets":{json.dumps(offsets)}}}')
        data += values
    header = "{" + ",".join(texts) + "}" if header is None else header
    return struct.pack("<Q", len(header)) + header.encode() + data


def floats(count, letter="f"):
    return struct.pack(f"<{count}{letter}", *[i / 4 - 1 for i in range(count)])


def model(prefix="", kind="F32", letter="f"):
    """All tensors of the target's model."""
    sizes = [("0.weight", [2, 2, 2, 2]), ("1.weight", [2]), ("1.bias", [2]), ("1.running_mean", [2]),
             ("1.running_var", [2]), ("3.weight", [2, 3])]
    entries = [(prefix + name, kind, shape, floats(math.prod(shape), letter)) for name, shape in sizes]
    return entries + [(prefix + "1.num_batches_tracked", "I64", [], struct.pack("<q", 7))]


right = model()
write("safetensors", "right", safetensors(right, {"format": "pt"}))
write("safetensors", "prefix", safetensors(model("net.")))
write("safetensors", "both", safetensors(model() + model("net.")))
write("safetensors", "halves", safetensors(model(kind="F16", letter="e")))
write("safetensors", "doubles", safetensors(model(kind="F64", letter="d")))
write("safetensors", "bfloats", safetensors([(n, "BF16" if k == "F32" else k, s, v[: len(v) // 2] if k == "F32" else v)
                                             for n, k, s, v in right]))
write("safetensors", "other_model", safetensors(right, {"genotype.model": "Sequential<ReLU>"}))
write("safetensors", "other_model_prefix", safetensors(model("net."), {"genotype.model.net": "Sequential<ReLU>"}))
write("safetensors", "twice", safetensors(right[:2] + right[:1] + right[1:]))
write("safetensors", "of_a_training", safetensors(right + [("genotype.history", "F32", [1, 1], floats(1)),
                                                           ("optimizer.1.bias.exp_avg", "F32", [2], floats(2)),
                                                           ("optimizer", "F32", [], floats(1))]))
write("safetensors", "surplus", safetensors(right + [("4.bias", "U8", [1], b"a"), ("net.x", "F8_E4M3", [0, 2], b"")]))
write("safetensors", "not_finite", safetensors([("1.bias", "F32", [2], struct.pack("<2I", 0x7f800001, 0xff800000))]))
write("safetensors", "half_not_finite", safetensors([("1.bias", "F16", [2], struct.pack("<2H", 0x7c01, 0xfc00))]))
write("safetensors", "double_too_large", safetensors([("1.bias", "F64", [2], struct.pack("<2d", 1e300, 1e-320))]))
write("safetensors", "counter_too_large", safetensors([("1.num_batches_tracked", "I64", [], struct.pack("<q", 1 << 31))]))
write("safetensors", "counter_negative", safetensors([("1.num_batches_tracked", "I64", [], struct.pack("<q", -1))]))
write("safetensors", "transposed", safetensors([("3.weight", "F32", [3, 2], floats(6))]))
write("safetensors", "cut", safetensors(right)[:-1])
write("safetensors", "no_tensors", safetensors([], {}))
write("safetensors", "escapes", safetensors([("\\u0031.bias", "F32", [2], floats(2)), ("\\u0000", "BOOL", [1], b"a")]))
write("safetensors", "spaces", safetensors([], header='{ "a" :\t{ "dtype":"U8" ,"shape":[ ]\n,"data_offsets": [0,1]}\r}  ') + b"a")
write("safetensors", "deep", safetensors([], header='{"a":' + "[" * 300))
write("safetensors", "huge_shape", safetensors([], header='{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],'
                                               '"data_offsets":[0,0]}}'))
write("safetensors", "huge_number", safetensors([], header='{"a":{"dtype":"U8","shape":[18446744073709551616],'
                                                '"data_offsets":[0,0]}}'))
write("safetensors", "offsets_back", safetensors([], header='{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}') + b"a")
write("safetensors", "gap", safetensors([], header='{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}') + b"ab")
write("safetensors", "field_twice", safetensors([], header='{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'))
write("safetensors", "long_header", struct.pack("<Q", 1 << 63) + b"{}")


def checkpoint(change=lambda entries, metadata: None):
    """What a training of the target's VAE saves after one step; `change` may change it before."""
    sizes = [("encoder.0.weight", [2, 3]), ("encoder.0.bias", [2]), ("decoder.0.weight", [3, 1]), ("decoder.0.bias", [3])]
    entries = [(name, "F32", shape, floats(math.prod(shape))) for name, shape in sizes]
    for name, shape in sizes:
        entries += [(f"optimizer.{name}.{state}", "F32", shape, floats(math.prod(shape))) for state in ("exp_avg", "exp_avg_sq")]
    entries += [(f"optimizer.{name}.step", "F32", [], struct.pack("<f", 1)) for name, _ in sizes]
    entries.append(("genotype.history", "F32", [1, 2], floats(2)))
    options = {"batch": "2", "beta": "1", "clip_norm": "0", "device": "Reference", "loss": "MSE", "optimizer": "Adam",
               "optimizer.beta1": "0.9", "optimizer.beta2": "0.999", "optimizer.epsilon": "1e-08",
               "optimizer.learning_rate": "0.001", "optimizer.weight_decay": "0", "reconstruction": "summed",
               "schedule.kind": "constant", "schedule.steps": "0", "schedule.value": "1", "schedule.warmup": "0", "seed": "0"}
    randoms = {"layers": (0, 2), "noise": (1, 1)}
    metadata = {"format": "pt", "genotype.checkpoint": "1", "genotype.history.columns": "reconstruction,kl",
                "genotype.model": "VariationalAutoencoder<Sequential<Linear<3, 2, Bias>>, Sequential<Linear<1, 3, Bias>, Sigmoid>>",
                **{f"genotype.option.{name}": value for name, value in options.items()}, "genotype.steps": "1"}
    for name, (position, stream) in randoms.items():
        metadata |= {f"genotype.random.{name}.position": str(position), f"genotype.random.{name}.seed": "0",
                     f"genotype.random.{name}.stream": str(stream)}
    change(entries, metadata)
    return safetensors(entries, metadata)


write("checkpoint", "right", checkpoint())
write("checkpoint", "newer_format", checkpoint(lambda entries, metadata: metadata.update({"genotype.checkpoint": "2"})))
write("checkpoint", "other_options", checkpoint(lambda entries, metadata: metadata.update({"genotype.option.seed": "1", "genotype.option.batch": "x"})))
write("checkpoint", "steps_too_large", checkpoint(lambda entries, metadata: metadata.update({"genotype.steps": "9" * 30})))
write("checkpoint", "steps_negative", checkpoint(lambda entries, metadata: metadata.update({"genotype.steps": "-1"})))
write("checkpoint", "no_random", checkpoint(lambda entries, metadata: metadata.pop("genotype.random.noise.seed")))
write("checkpoint", "state_missing", checkpoint(lambda entries, metadata: entries.pop(5)))
write("checkpoint", "step_not_finite", checkpoint(lambda entries, metadata: entries.__setitem__(12, ("optimizer.encoder.0.weight.step", "F32", [], struct.pack("<I", 0x7fc00000)))))
write("checkpoint", "history_of_three", checkpoint(lambda entries, metadata: entries.__setitem__(16, ("genotype.history", "F32", [1, 3], floats(3)))))
write("checkpoint", "with_loader", checkpoint(lambda entries, metadata: metadata.update({"genotype.loader.epoch": "1", "genotype.loader.batch": "0"})))
write("checkpoint", "cut", checkpoint()[:-1])


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
write("gguf", "other_type", gguf(tensors=[tensor(b"a", [256], 14, 0)], data=bytes(210)))
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
    vocabulary |= {"to": 50, "ke": 51, "toke": 52}
    file = {"version": "1.0", "added_tokens": [{"id": 60, "content": "<s>", "normalized": False, "special": True}],
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False},
            "post_processor": {"type": "TemplateProcessing", "special_tokens": {"<s>": {"ids": [60]}},
                               "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]},
            "decoder": {"type": "ByteLevel"},
            "model": {"type": "BPE", "vocab": vocabulary, "merges": ["t o", ["k", "e"], "to ke"]} | (model or {})}
    return json.dumps(file | changes, ensure_ascii=False).encode()


digits = [{"type": "Digits", "individual_digits": True}, {"type": "ByteLevel", "add_prefix_space": False}]
write("tokenizer", "right", tokenizer_json())
write("tokenizer", "smollm", tokenizer_json(pre_tokenizer={"type": "Sequence", "pretokenizers": digits}))
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


def config_json(family, **changes):
    rope = {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192}
    file = {"llama": {"vocab_size": 48, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                      "num_key_value_heads": 2, "intermediate_size": 28, "max_position_embeddings": 512,
                      "hidden_act": "silu", "rms_norm_eps": 1e-5, "rope_theta": 1e4, "rope_scaling": rope},
            "gpt2": {"vocab_size": 48, "n_positions": 40, "n_embd": 16, "n_layer": 2, "n_head": 2,
                     "activation_function": "gelu_new"}}[family]
    return json.dumps({"model_type": family} | file | changes).encode()


write("text_files", "llama", config_json("llama"))
write("text_files", "llama_of_transformers_5", config_json("llama", rope_scaling=None, rope_parameters={"rope_type": "linear", "factor": 2, "rope_theta": 1e5}))
write("text_files", "llama_yarn", config_json("llama", rope_scaling={"type": "yarn"}))
write("text_files", "llama_huge", config_json("llama", vocab_size=1 << 63, rope_theta=1e300))
write("text_files", "llama_heads", config_json("llama", num_key_value_heads=3))
write("text_files", "gpt2", config_json("gpt2"))
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
write("text_files", "no_embedding.gguf", gguf([value(b"general.architecture", 8, text(b"llama"))]))
write("text_files", "types_too_few.gguf", gguf(tokens[:3] + [value(b"tokenizer.ggml.token_type", 9, array(5, 1, bytes(4)))] + tokens[4:]))
