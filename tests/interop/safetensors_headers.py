"""safetensors' half of safetensors.sh: makes small headers, and compares what both readers say of them.

usage: safetensors_headers.py PROGRAM SCRATCH [COUNT [SEED]]
"""

import json
import math
import pathlib
import random
import re
import struct
import subprocess
import sys

import safetensors

BITS = {"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
        "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32,
        "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64}
NAMES = ["a", "b", "0.weight", "1.running_mean", "", " ", "ü", "名", "a.b.c", "__metadata", "dtype", "\U0001f600",
         "x" * 200]
WRONG_DTYPES = ['"F31"', '"f32"', '""', '"F32 "', "32", "null", '["F32"]', '{"F32":null}', '{"F32":1}', '"F8"',
                '"FLOAT"', '"\\u004632"']
WRONG_SIZES = ["-1", "1.0", "1e0", "-0", "01", "18446744073709551615", "18446744073709551616", "9" * 40, "null",
               '"1"', "true", "[1]", "{}", "1e999", "0", "4294967296", "9223372036854775808", "2305843009213693952",
               "NaN", "+1", "0x1", "1."]
VALUES = ["null", "true", "1", "-1.5e3", '"t"', "[]", "{}", '[1,{"a":[null]}]', '{"a":{"b":{"c":[]}}}', "1e999", "-",
          "nul", '"\\ud800"', '"\\ud83d\\ude00"', '"\\udc00"', '"\\u0000"', '"\\x"', '"a\nb"', "[1,]", '{"a":1,}',
          '{"a":1,"a":2}', "[" * 125 + "]" * 125, "[" * 126 + "]" * 126, '{"a":' * 125 + "1" + "}" * 125,
          '{"a":' * 126 + "1" + "}" * 126, "9" * 500, "1e-999", "/*c*/1", "'t'"]
METADATA = ["null", "{}", '{"format":"pt"}', '{"a":"1","b":"\\u00fc\\n"}', '{"k":1}', '{"k":null}', '{"k":{}}',
            '{"k":["a"]}', "[]", '"text"', "1", "true", '{"k":"a","k":"b"}', '{"":""}', '{"k":true}', "[null]"]


def text_of(value):
    return value if isinstance(value, str) else "[" + ",".join(value) + "]"


class Header:
    """Tensors as lists of texts, so that each part of the header can be made wrong."""

    def __init__(self, draw):
        self.draw, self.tensors, self.at = draw, [], 0
        for name in draw.sample(NAMES, draw.choice([0, 1, 1, 2, 2, 3, 5])):
            kind = draw.choice(list(BITS))
            shape = [draw.choice([0, 1, 1, 2, 3, 4, 8]) for _ in range(draw.choice([0, 1, 1, 2, 2, 3, 4]))]
            if math.prod(shape) * BITS[kind] % 8 and draw.random() < 0.9:
                shape.append(4)
            self.add(name, kind, shape)
        draw.shuffle(self.tensors)
        self.metadata = [draw.choice(METADATA[:4])] if draw.random() < 0.4 else []
        self.before, self.behind, self.extra, self.length = "", " " * draw.choice([0, 0, 0, 1, 7]), b"", None
        self.join = draw.choice([",", ",", " , ", ",\n\t"])

    def add(self, name, kind, shape):
        end = self.at + math.prod(shape) * BITS[kind] // 8
        self.tensors.append([json.dumps(name, ensure_ascii=self.draw.random() < 0.5),
                             [["dtype", json.dumps(kind)], ["shape", [str(size) for size in shape]],
                              ["data_offsets", [str(self.at), str(end)]]]])
        self.at = end

    def text(self):
        parts = ['"__metadata__":' + one for one in self.metadata]
        for name, fields in self.tensors:
            if isinstance(fields, str):
                parts.append(f"{name}:{fields}")
            else:
                parts.append(name + ":{" + ",".join(f'"{key}":{text_of(one)}' for key, one in fields) + "}")
        if len(parts) > 1 and self.draw.random() < 0.5:
            self.draw.shuffle(parts)
        return self.before + "{" + self.join.join(parts) + "}" + self.behind

    def file(self):
        text = self.text().encode("utf-8", "surrogatepass")
        data = bytes(byte % 251 for byte in range(self.at)) + self.extra
        length = len(text) if self.length is None else self.length(len(text), len(data))
        return struct.pack("<Q", length % 2**64) + text + data


def mutate(h):
    """Makes one thing of a header wrong, or unusual."""
    draw = h.draw
    tensor = draw.choice(h.tensors) if h.tensors else None
    fields = dict(tensor[1]) if tensor and not isinstance(tensor[1], str) else None
    kind = draw.randrange(20)
    if kind == 0:
        h.metadata = [draw.choice(METADATA) for _ in range(draw.choice([1, 1, 1, 1, 2]))]
    elif kind == 1:
        h.before = draw.choice([" ", "\n", "\t", "\ufeff", "[", "x", "\0"])
    elif kind == 2:
        h.behind += draw.choice(["   ", "\n", "\r\n", "\0", "\0\0\0\0", "x", "{}", ",", "\v", "\u00a0", "//"])
    elif kind == 3:
        h.extra = draw.choice([b"\0", b"12345678", b"\n"])
    elif kind == 4:
        by, huge = draw.choice([-1, 1, 8, -3]), draw.choice([0, 2**63, 100_000_001, 2**64 - 1, 2**64 - 8])
        h.length = draw.choice([lambda n, d: n + by, lambda n, d: n + d, lambda n, d: n + d + 1, lambda n, d: huge])
    elif kind == 5 and h.at:
        h.at -= 1
    elif fields is None:
        return
    elif kind == 6:
        draw.shuffle(tensor[1])
    elif kind == 7:
        key = draw.choice(["x", "", "Dtype", "strides", "\\u0061"])
        tensor[1].insert(draw.randrange(4), [key, draw.choice(VALUES)])
    elif kind == 8:
        tensor[1].append(draw.choice(tensor[1]))
    elif kind == 9:
        tensor[1].remove(draw.choice(tensor[1]))
    elif kind == 10:
        for field in tensor[1]:
            if field[0] == "dtype":
                field[1] = draw.choice(WRONG_DTYPES + [json.dumps(name) for name in BITS])
    elif kind == 11:
        for field in tensor[1]:
            if field[0] == "shape" and isinstance(field[1], list):
                change = draw.choice(["one", "more", "value", "axes"])
                if change == "one" and field[1]:
                    field[1][draw.randrange(len(field[1]))] = draw.choice(WRONG_SIZES)
                elif change == "more":
                    field[1] = field[1] + draw.choices(["1", "0", "2", "4294967296"], k=draw.choice([1, 2, 3]))
                elif change == "value":
                    field[1] = draw.choice(VALUES + ["1", '"1"'])
                else:
                    field[1] = field[1] + ["1"] * draw.choice([40, 64 - len(field[1]), 65])
    elif kind in (12, 13):
        for field in tensor[1]:
            if field[0] == "data_offsets" and isinstance(field[1], list) and len(field[1]) == 2:
                change = draw.choice(["move", "swap", "count", "value", "number", "end"])
                numbers = [int(one) for one in field[1]] if all(one.isdigit() for one in field[1]) else [0, 0]
                if change == "move":
                    by = draw.choice([1, 4, -1, 8])
                    field[1] = [str(number + by) for number in numbers]
                elif change == "swap":
                    field[1] = field[1][::-1]
                elif change == "count":
                    field[1] = draw.choice([field[1][:1], field[1] + ["0"], []])
                elif change == "value":
                    field[1] = draw.choice(VALUES)
                elif change == "number":
                    field[1] = [draw.choice(WRONG_SIZES), field[1][1]]
                else:
                    field[1] = [field[1][0], str(max(0, numbers[1] + draw.choice([1, -1, 4])))]
    elif kind == 14:
        again = [tensor[0], [list(field) for field in tensor[1]]]
        if draw.random() < 0.5:
            again[1] = [["dtype", '"U8"'], ["shape", ["2"]], ["data_offsets", [str(h.at), str(h.at + 2)]]]
            h.at += 2
        h.tensors.append(again)
    elif kind == 15:
        tensor[0] = draw.choice(['""', '"a\\u0000b"', '"\\ud800"', '"\\ud83d\\ude00"', '"tab\t"', '"\x7f"', "'a'",
                                 "a", "1", "null", '"\\u00fc"'])
    elif kind == 16:
        tensor[1] = draw.choice(VALUES)
    elif kind == 17:
        tensor[1] = "[" + ",".join(text_of(fields.get(key, "null")) for key in ("dtype", "shape", "data_offsets")) + "]"
    elif kind == 18:
        sizes = [0] + [draw.choice([1, 7, 2**31])] * draw.choice([0, 1, 3])
        h.add(draw.choice(["z", "zz", "empty"]), draw.choice(list(BITS)), sizes)
    else:
        h.join = draw.choice([",,", "", ";", ", \f", ",\r\n"])


def damaged(file, draw):
    """A file with one byte, or a piece, wrong: seldom anything that a reader should take."""
    change, at = draw.randrange(3), draw.randrange(8, max(9, min(len(file), 200)))
    if change == 0:
        return file[:at] + bytes([draw.randrange(256)]) + file[at + 1:]
    return file[:at] if change == 1 else file[:at] + file[at + draw.randrange(1, 4):]


def official(file, scratch):
    try:
        tensors = safetensors.deserialize(file)
    except Exception as error:
        return str(error), None, None
    (scratch / "one.safetensors").write_bytes(file)
    metadata = None
    if file[8:9] == b"{":
        with safetensors.safe_open(scratch / "one.safetensors", "np") as opened:
            metadata = opened.metadata() or {}
    found = sorted((name, one["dtype"], list(one["shape"]), bytes(one["data"])) for name, one in tensors)
    return None, found, metadata


def has_name_twice(file):
    names = []

    def object_of(pairs):
        names[:] = [name for name, _ in pairs]  # the outermost comes last
        return None

    json.loads(file[8 : 8 + struct.unpack("<Q", file[:8])[0]], object_pairs_hook=object_of)
    return len(set(names)) < len(names)


# What our reader refuses and the official one takes: a pattern of our sentence for each reason.
ONCE = "the format has each key once, and to take the last of two would be a guess"
REFUSED = {
    "the format says that a header begins with {": r"header: found a text that (does not begin with \{|begins with)",
    ONCE: r"two tensors of this name with the same data|the key \".*\" twice",
    "numpy and PyTorch, which write such files, have no more axes": r"more than 64 axes",
    "the format has an object for a tensor and a text for its dtype; nobody writes what else the official reader's "
    "library takes": r"found a list, expected an object|found an object, expected a text for dtype",
}


def main():
    program, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 8000
    draw = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 17)
    files = []
    for index in range(count):
        header = Header(draw)
        for _ in range(draw.choice([0, 1, 1, 1, 2, 3])):
            mutate(header)
        file = header.file()
        files.append(damaged(file, draw) if draw.random() < 0.15 else file)
    (scratch / "pack").write_bytes(b"".join(struct.pack("<Q", len(file)) + file for file in files))
    lines = subprocess.run([program, scratch / "pack"], capture_output=True,
                            check=True).stdout.decode().split("\n")[:-1]
    assert len(lines) == len(files), (len(lines), len(files))
    taken, refused, known, faults = 0, 0, {}, []
    for file, line in zip(files, lines):
        ours = json.loads(line)
        error, tensors, metadata = official(file, scratch)
        text = file[8:400]
        if error is None and "error" in ours:
            reason = next((why for why, pattern in REFUSED.items() if re.search(pattern, ours["error"])), None)
            if reason is None and has_name_twice(file):
                reason = ONCE  # and the first of the two is not right
            if reason is None:
                faults.append(("refused by ours alone", ours["error"], text))
            known[reason] = known.get(reason, 0) + 1
        elif error is not None and "error" not in ours:
            # A name that two tensors have is an error for who asks for it, and the file's others can be read.
            reason = "a name that is there twice is refused when somebody asks for it" if ours["twice"] else None
            if reason is None:
                faults.append(("taken by ours alone", error, text))
            known[reason] = known.get(reason, 0) + 1
        elif error is None:
            data = file[8 + struct.unpack("<Q", file[:8])[0]:]
            found = sorted((name, kind, shape, data[begin:end]) for name, kind, shape, begin, end in ours["tensors"])
            twice = set(ours["twice"])
            if [one for one in found if one[0] not in twice] != [one for one in tensors if one[0] not in twice]:
                faults.append(("other tensors", str(found)[:200] + " for " + str(tensors)[:200], text))
            if metadata is not None and metadata != ours["metadata"]:
                faults.append(("other metadata", f"{ours['metadata']} for {metadata}", text))
            taken += 1
        else:
            refused += 1
    for what, why, text in faults[:20]:
        print(f"{what}: {why}\n    {text!r}")
    print(f"{len(files)} headers, safetensors {safetensors.__version__}: both take {taken} and refuse {refused}.")
    for reason, times in sorted((str(reason), times) for reason, times in known.items() if reason):
        print(f"{times} differ knowingly: {reason}.")
    assert taken > count // 10 and refused > count // 10, (taken, refused)
    if faults:
        sys.exit(f"{len(faults)} differ otherwise.")


main()
