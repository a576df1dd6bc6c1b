#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to tests/fuzz/corpus: small right files, and files with one known fault each.
Those of language models' files are written by make_text_seeds.py.

It needs Python's own library alone, and writes the same bytes on each run. Files of corpus/ that it does not name, such
as finds of the fuzzers, stay.
"""

import gzip
import io
import json
import math
import struct
import zipfile
import zlib

from seeds import write


def packed(content):
    return gzip.compress(content, mtime=0)


def idx(sizes, values):
    return struct.pack(">4B", 0, 0, 8, len(sizes)) + struct.pack(f">{len(sizes)}I", *sizes) + values


def png(width, height, depth, colour, values, before=b"", interlace=0):
    """One image whose rows, each after its filter's byte, are `values`; `before` are chunks before them."""
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


images = idx([2, 2, 3], b"abcdefghijkl")
write("idx", "plain", images)
write("idx", "gzip", packed(images))
write("idx", "two_members", packed(images[:9]) + packed(images[9:]))
write("idx", "cut", images[:20])
write("idx", "huge", idx([0x7FFFFFFF, 0x100, 0x100], b"abc"))
write("idx", "overflow", idx([0x40000000, 0x40000000, 0x40000000], b""))
write("idx", "zeros", packed(idx([16, 64, 64], bytes(1 << 16))))

write("idx_labels", "plain", idx([2], b"\x07\x02"))
write("idx_labels", "gzip", packed(idx([2], b"\x07\x02")))
write("idx_labels", "three", idx([3], b"abc"))
write("idx_labels", "qmnist", struct.pack(">4B2I", 0, 0, 12, 2, 2, 8) + struct.pack(">16I", *range(16)))
write("idx_labels", "qmnist_columns", struct.pack(">4B2I", 0, 0, 12, 2, 2, 7) + bytes(56))
write("idx_labels", "images", idx([2, 1, 1], b"ab"))

record = bytes(3072)
write("cifar10", "plain", b"\x03" + record)
write("cifar10", "one", packed(b"\x09" + record))
write("cifar10", "two", packed(b"\x00" + record + b"\x05" + record))
write("cifar10", "cut", packed(b"\x01" + record[:100]))
write("cifar10", "label", packed(b"\x0a" + record))
write("cifar10", "hundred", packed(b"\x03\x63" + record + b"\x00\x05" + record))
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
write("image_folder", "loose", b"\0" + entry(0, b"b.png") + entry(4, b"a.PNG"))
write("image_folder", "classes", b"\0" + entry(7, b"cat/1.png") + entry(7, b"dog/x/2.png") + entry(7, b"cat/3.png"))
write("image_folder", "both", b"\0" + entry(0, b"cat/1.png") + entry(0, b"2.png"))
write("image_folder", "sizes", b"\0" + entry(0, b"1.png") + entry(3, b"2.png"))
write("image_folder", "resized", b"\5" + entry(0, b"1.png") + entry(7, b"2.png"))
write("image_folder", "odd_names", b"\0" + entry(0, b" .png") + entry(0, b"\xff\n.png") + entry(0, b"..png") + entry(0, b".png"))
write("image_folder", "folder_named_png", b"\0" + entry(12, b"a.png") + entry(0, b"a.png/b.png") + entry(12, b"c"))
write("image_folder", "other_files", b"\0" + entry(8, b"a.png", small) + entry(8, b"b.txt", b"words"))
write("image_folder", "parts", b"\0" + entry(0, b"train/a/1.png") + entry(0, b"train/b/1.png") + entry(0, b"val/b/1.png"))
write("image_folder", "nested_parts", b"\0" + entry(0, b"x/Train/Train/1.png") + entry(0, b"x/test/1.png"))
write("image_folder", "part_beside_class", b"\0" + entry(0, b"a/1.png") + entry(0, b"test/1.png"))
write("image_folder", "unknown_class", b"\0" + entry(0, b"train/a/1.png") + entry(0, b"test/b/1.png"))
write("image_folder", "link_back", b"\0" + entry(0, b"a/1.png") + entry(14, b"a/again", b""))
write("image_folder", "link_to_class", b"\0" + entry(0, b"a/1.png") + entry(14, b"b", b"a"))
write("image_folder", "link_to_training", b"\0" + entry(0, b"train/a/1.png") + entry(14, b"test", b"train"))
write("image_folder", "other_images", b"\0" + entry(0, b"a/1.png") + entry(8, b"b/1.jpg", small) + entry(8, b"__MACOSX/1.png", small))
write("image_folder", "damaged", b"\0" + entry(0, b"a.png") + entry(8, b"b.png", small[:30]))

two = struct.pack("<2f", 1, 2)
write("npy", "floats", npy_of("<f4", "2,", two))
write("npy", "matrix", npy_of("<f4", "2, 3", two + two + two))
write("npy", "images", npy_of("|u1", "2, 1, 1, 3", b"abcdef"))
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
write("npy", "fortran_matrix", npy("{'descr': '>f8', 'fortran_order': True, 'shape': (2, 2), }\n", two * 4))
write("npy", "halves", npy_of("<f2", "2, 2", two))
write("npy", "whole_numbers", npy_of("<i8", "1,", b"\5" + bytes(7)))
write("npy", "grey_images", npy_of("|u1", "1, 2, 2", b"abcd"))
write("npy", "bytes_of_numbers", npy_of(">i2", "1, 1, 2", b"\0\xff\1\0"))
write("npy", "bools", npy_of("|b1", "3, 1", b"\0\1\2"))
write("npy", "fields", npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", two[:4]))
write("npy", "python_2", npy('{"descr": "<f4", "fortran_order": False, "shape": (2L,), }\n', two))
write("npy", "words_behind", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } }", two))

arrays = [("z.npy", npy_of("<f4", "1, 3", bytes(12))), ("x.npy", npy_of("|u1", "1, 2, 2, 1", b"abcd"))]
stored = npz(arrays)
write("npz", "stored", stored)
write("npz", "deflated", npz(arrays, zipfile.ZIP_DEFLATED))
write("npz", "bzip2", npz(arrays[:1], zipfile.ZIP_BZIP2))
write("npz", "other_members", npz([("readme", b"words"), ("a/b.npy", b"no array"), (".npy", arrays[0][1])]))
write("npz", "no_members", npz([]))
write("npz", "keras", npz([("x_train.npy", npy_of("|u1", "2, 1, 2", b"abcd")), ("y_train.npy", npy_of("<i8", "2,", b"\1" + bytes(15)))]))
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
write("safetensors", "every_dtype", safetensors([
    (kind.lower(), kind, [8], bytes(bits)) for kind, bits in
    {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "C64": 64}.items()]))
write("safetensors", "part_of_a_byte", safetensors([("a", "F4", [3], b"ab")]))
write("safetensors", "no_metadata", safetensors(
    [], header='{"__metadata__":null,"a":{"x":[1,{"y":[]}],"dtype":"U8","shape":[0],"data_offsets":[0,0],"z":null}}'))
write("safetensors", "counters", safetensors(
    right[:-1] + [("1.num_batches_tracked", "F32", [1], floats(1)), ("net.1.num_batches_tracked", "U8", [], b"a")]))
write("safetensors", "no_counter", safetensors(right[:-1]))
write("safetensors", "other_prefix", safetensors(model("module.")))
write("safetensors", "pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
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
