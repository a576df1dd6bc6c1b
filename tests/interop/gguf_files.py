"""gguf-py's half of gguf.sh: writes a file of every type, and compares what interop_gguf read with what gguf-py reads.

usage: gguf_files.py write FILE, gguf_files.py compare FILE FOLDER (of interop_gguf), or gguf_files.py hashes, which prints
what tests/unit/block_types.cpp holds our blocks to
"""

import json
import pathlib
import sys

import gguf
import numpy

Q = gguf.GGMLQuantizationType
# Where a block's halves lie, by type; MXFP4 has none.
HALVES = {Q.Q8_0: [0], Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q2_K: [80, 82], Q.Q3_K: [108], Q.Q4_K: [0, 2],
          Q.Q5_K: [0, 2], Q.Q6_K: [208], Q.IQ4_NL: [0], Q.IQ4_XS: [0], Q.MXFP4: []}


def make_finite(blocks, kind):
    """Any bytes are a block, if its scales are numbers."""
    for begin in HALVES[kind]:
        exponents = blocks[:, begin + 1]
        exponents[(exponents & 0x7C) == 0x7C] ^= 0x40


def write(path):
    draw = numpy.random.default_rng(7)
    file = gguf.GGUFWriter(path, "llama")
    scalars = {"uint8": 200, "int8": -100, "uint16": 60000, "int16": -30000, "uint32": 4000000000, "int32": -2000000000,
               "uint64": 1 << 63, "int64": -(1 << 63), "float32": 0.1, "float64": -0.1, "bool": True, "string": "ü€"}
    for kind, value in scalars.items():
        getattr(file, f"add_{kind}")(f"a.{kind}", value)
    file.add_array("a.texts", ["Ġ t", "", "<|im_end|>", "é"])
    file.add_array("a.ints", [3, -1, 7])
    file.add_array("a.floats", [0.5, 1e-30])
    file.add_array("a.truths", [True, False])
    file.add_custom_alignment(64)
    values = (draw.standard_normal((6, 96)) * 3).astype(numpy.float32)
    values[0, :4] = 0, -0.0, 1e-30, 3e38
    file.add_tensor("floats", values)
    file.add_tensor("halves", (values[1:] / 7).astype(numpy.float16))
    file.add_tensor("one", values[1, 1:2])
    file.add_tensor("bfloats", gguf.quants.quantize(values, Q.BF16), raw_dtype=Q.BF16)
    for kind in HALVES:
        if kind in (Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1, Q.Q8_0, Q.MXFP4):  # of the others gguf-py makes none
            file.add_tensor(kind.name, gguf.quants.quantize(values[1:], kind), raw_dtype=kind)
        blocks = draw.integers(0, 256, (1500, gguf.GGML_QUANT_SIZES[kind][1]), numpy.uint8)
        make_finite(blocks, kind)
        file.add_tensor(kind.name + ".any", blocks.reshape(500, -1), raw_dtype=kind)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


def compare(path, folder):
    file = gguf.GGUFReader(path)
    fields = [field for name, field in file.fields.items() if not name.startswith("GGUF.")]
    said = json.loads((folder / "metadata.json").read_text())
    assert len(said) == len(fields), (len(said), len(fields))
    for field, (name, kind, element, value) in zip(fields, said):
        wanted = field.contents()
        assert (name, kind, element) == (field.name, field.types[0].name, field.types[-1].name), (name, kind, element)
        if element == "FLOAT32":
            value, wanted = numpy.float32(value).tolist(), numpy.float32(wanted).tolist()
        assert value == wanted and type(value) is type(wanted), (name, value, wanted)

    tensors = sorted(file.tensors, key=lambda tensor: tensor.data_offset)
    said = json.loads((folder / "tensors.json").read_text())
    assert len(said) == len(tensors), (len(said), len(tensors))
    values, at = numpy.fromfile(folder / "values", numpy.uint32), 0
    for tensor, (name, kind, shape) in zip(tensors, said):
        assert (name, kind, shape) == (tensor.name, tensor.tensor_type.name, tensor.shape[::-1].tolist()), name
        wanted = gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(-1).view(numpy.uint32)
        found = values[at : at + wanted.size]
        assert found.size == wanted.size and (found == wanted).all(), (name, kind)
        at += wanted.size
    assert at == values.size
    kinds = sorted({tensor.tensor_type.name for tensor in tensors})
    print(f"{path}: {len(fields)} keys, {len(tensors)} tensors of {', '.join(kinds)}, {at} values, all bits the same.")


def print_hashes():
    for kind in HALVES:
        size = gguf.GGML_QUANT_SIZES[kind][1]
        state, drawn = 12345, bytearray()
        for _ in range(300 * size):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            drawn.append(state >> 24)
        blocks = numpy.frombuffer(drawn, numpy.uint8).reshape(300, size).copy()
        make_finite(blocks, kind)
        values, hashed = gguf.quants.dequantize(blocks, kind).reshape(-1), 14695981039346656037
        for byte in values.astype("<f4").tobytes():
            hashed = (hashed ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
        print(f"    {{StorageType::{kind.name}, {hashed:#x}, {float(values[0]).hex()}f, {float(values[-1]).hex()}f}},")


if sys.argv[1] == "hashes":
    print_hashes()
elif sys.argv[1] == "write":
    write(sys.argv[2])
else:
    compare(sys.argv[2], pathlib.Path(sys.argv[3]))
