"""Runs kernels that nvcc has written as PTX, one thread after another: the part of PTX that the kernels of random
numbers are made of. Every register holds its bits, as an integer. What is not known here, or is not rounded correctly,
is a Fault.
Source: NVIDIA, "Parallel Thread Execution ISA"."""
import ctypes
import ctypes.util
import math
import re
import struct

libm = ctypes.CDLL(ctypes.util.find_library("m"))
libm.fmaf.restype = ctypes.c_float
libm.fmaf.argtypes = [ctypes.c_float] * 3
WIDTHS = {"b16": 16, "u16": 16, "s16": 16, "b32": 32, "u32": 32, "s32": 32, "f32": 32, "b64": 64, "u64": 64, "s64": 64}


class Fault(Exception):
    pass


def real(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def bits(value):
    """Of a float32; `value` is rounded to it. Sums, products and roots of float32 that were rounded to a double first
    have the same bits."""
    return struct.unpack("<I", bytes(ctypes.c_float(value)))[0]


def signed(value, width):
    return value - (1 << width) if value >> (width - 1) else value


def kernels(text):
    """The body and the parameters of each kernel: {name: (lines, {parameter: bytes})}."""
    found = {}
    for match in re.finditer(r"\.entry\s+(\w+)\s*\((.*?)\)[^{]*\{(.*?)\n\}", text, re.S):
        sizes = {}
        for kind, name, count in re.findall(r"\.param\s+(?:\.align\s+\d+\s+)?\.(\w+)\s+(\w+)(?:\[(\d+)\])?",
                                            match[2]):
            sizes[name] = int(count) if count else WIDTHS[kind] // 8
        body = re.sub(r"//.*", "", match[3])
        found[match[1]] = ([line.strip() for line in re.split(r"[;\n]", body) if line.strip()], sizes)
    return found


class Kernel:
    def __init__(self, lines, sizes):
        self.sizes = sizes
        self.products = set()
        blocks, self.first = {"": []}, {}
        self.order, label = [""], ""
        for line in lines:
            if line.startswith(".reg") or line.startswith(".loc") or line.startswith(".pragma"):
                continue
            if line.endswith(":"):
                label = line[:-1]
                blocks[label] = []
                self.order.append(label)
            else:
                blocks[label].append(line)
        self.translate(blocks)  # finds all products, also those that stand behind their use
        self.run = self.translate(blocks)

    def translate(self, blocks):
        """One Python function of all blocks: run(R: registers, P: parameters, S: special registers, L and M: load and store)."""
        number = {label: i for i, label in enumerate(self.order)}
        text = ["def run(R, P, S, L, M):", " at = 0", " while True:"]
        for label in self.order:
            text.append(f"  if at == {number[label]}:")
            for line in blocks[label]:
                match = re.fullmatch(r"(?:@(!?)(%\w+)\s+)?([\w.]+)\s*(.*)", line)
                if not match:
                    raise Fault(f"what is this: {line}")
                condition = f"if {'not ' if match[1] else ''}R['{match[2]}']: " if match[2] else ""
                opcode, arguments = match[3].split("."), self.arguments(match[4])
                if opcode[0] == "bra":
                    jump = f"at = {number[arguments[0]]}; continue"
                    text.append(f"   {condition or 'if True: '}{jump}")
                elif opcode[0] in ("ret", "exit"):
                    text.append(f"   {condition or 'if True: '}return")
                else:
                    text += [f"   {condition}{statement}" for statement in self.statement(line, opcode, arguments)]
            text.append(f"   at = {number[label] + 1}")
        scope = {"real": real, "bits": bits, "signed": signed, "fma": libm.fmaf, "sqrt": math.sqrt}
        exec("\n".join(text), scope)
        return scope["run"]

    @staticmethod
    def arguments(text):
        return [word.strip() for word in re.findall(r"\{[^}]*\}|\[[^\]]*\]|[^,\s]+", text)]

    def value(self, word):
        """The expression of an operand's bits."""
        if word in ("%tid.x", "%ntid.x", "%ctaid.x", "%nctaid.x"):
            return f"S['{word}']"
        if word.startswith("%"):
            return f"R['{word}']"
        if word.startswith("0f"):
            return str(int(word[2:], 16))
        try:
            return f"({int(word, 0)})"
        except ValueError:
            raise Fault(f"this operand is not known: {word}") from None

    def statement(self, line, opcode, arguments):
        name, kind = opcode[0], opcode[-1]
        if kind not in WIDTHS and kind != "pred":
            raise Fault(f"this type is not known: {line}")
        rounding = set(opcode[1:-1])
        if rounding & {"approx", "full", "ftz", "rz", "rm", "rp", "rna", "sat"}:
            raise Fault(f"not rounded correctly: {line}")
        if name == "ld":
            place, offset = re.fullmatch(r"\[(%?\w+)(?:\+(\d+))?\]", arguments[1]).groups()
            size, first = WIDTHS[kind] // 8, int(offset or 0)
            registers = arguments[0].strip("{}").replace(" ", "").split(",")
            if "param" in opcode:
                return [f"R['{to}'] = int.from_bytes(P['{place}'][{begin}:{begin + size}], 'little')"
                        for to, begin in zip(registers, range(first, first + size * len(registers), size))]
            if "global" in opcode:
                return [f"R['{to}'] = L(R['{place}'] + {begin}, {size})"
                        for to, begin in zip(registers, range(first, first + size * len(registers), size))]
            raise Fault(f"this memory is not known: {line}")
        if name == "st":
            register, offset = re.fullmatch(r"\[(%\w+)(?:\+(-?\d+))?\]", arguments[0]).groups()
            if "global" not in opcode or WIDTHS[kind] != 32:
                raise Fault(f"only words are written here: {line}")
            words = arguments[1].strip("{}").replace(" ", "").split(",")
            return [f"M(R['{register}'] + {int(offset or 0) + 4 * i}, {self.value(word)})"
                    for i, word in enumerate(words)]
        if name == "cvta":
            return [f"R['{arguments[0]}'] = {self.value(arguments[1])}"]
        to, operands = arguments[0], [self.value(word) for word in arguments[1:]]
        if kind == "f32" or (name == "cvt" and opcode[-2] == "f32"):
            return [f"R['{to}'] = {self.of_reals(line, opcode, arguments, operands)}"] if name != "setp" else [
                f"R['{to}'] = {self.compared(line, opcode, [f'real({word})' for word in operands])}"]
        return [f"R['{to}'] = {self.of_integers(line, opcode, operands)}"]

    def of_reals(self, line, opcode, arguments, operands):
        name, rounded = opcode[0], "rn" in opcode
        x = [f"real({word})" for word in operands]
        if name in ("mov", "neg", "selp"):
            if any(word in self.products for word in arguments[1:]):
                self.products.add(arguments[0])
            if name == "neg":
                return f"{operands[0]} ^ 0x80000000"
            return operands[0] if name == "mov" else f"{operands[0]} if {operands[2]} else {operands[1]}"
        if name == "mul":
            if not rounded:
                self.products.add(arguments[0])
            return f"bits({x[0]} * {x[1]})"
        if name in ("add", "sub"):
            # Without .rn the next compiler may join it with a product.
            if not rounded and any(word in self.products for word in arguments[1:]):
                raise Fault(f"takes a product, and may be made an fma of it: {line}")
            return f"bits({x[0]} {'+' if name == 'add' else '-'} {x[1]})"
        if name in ("fma", "sqrt", "cvt") and not rounded:
            raise Fault(f"not rounded correctly: {line}")
        if name == "fma":
            return f"bits(fma({x[0]}, {x[1]}, {x[2]}))"
        if name == "sqrt":
            return f"bits(sqrt({x[0]}))"
        # A double holds an integer of 32 bits, so that only one rounding is left.
        if name == "cvt" and opcode[-1] == "s32":
            return f"bits(float(signed({operands[0]} & 0xffffffff, 32)))"
        if name == "cvt" and opcode[-1] == "u32":
            return f"bits(float({operands[0]} & 0xffffffff))"
        raise Fault(f"this instruction is not known: {line}")

    def compared(self, line, opcode, x):
        sign = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.get(opcode[1])
        if not sign or len(opcode) != 3:
            raise Fault(f"this comparison is not known: {line}")
        return f"{x[0]} {sign} {x[1]}"

    def of_integers(self, line, opcode, operands):
        name, kind = opcode[0], opcode[-1]
        if kind == "pred":
            signs = {"and": "and", "or": "or", "xor": "!="}
            if name == "not":
                return f"not {operands[0]}"
            if name not in signs:
                raise Fault(f"this instruction is not known: {line}")
            return f"{operands[0]} {signs[name]} {operands[1]}"
        width = WIDTHS[kind]
        mask = (1 << width) - 1
        u = [f"({word} & {mask})" for word in operands]
        s = [f"signed({word}, {width})" for word in u] if kind[0] == "s" else u
        if name == "setp":
            return self.compared(line, opcode, s)
        if name == "selp":
            return f"{u[0]} if {operands[2]} else {u[1]}"
        if name == "cvt":  # cvt.to.from
            return f"{s[0]} & {(1 << WIDTHS[opcode[-2]]) - 1}"
        if name == "mul" and "wide" in opcode:
            return f"({s[0]} * {s[1]}) & {(1 << 2 * width) - 1}"
        if name == "mul" and "hi" in opcode:
            return f"({s[0]} * {s[1]}) >> {width} & {mask}"
        forms = {"mov": "{0}", "add": "{0} + {1}", "sub": "{0} - {1}", "and": "{0} & {1}", "or": "{0} | {1}",
                 "xor": "{0} ^ {1}", "not": "~{0}", "neg": "-{0}"}
        if name in forms:
            return f"({forms[name].format(*u)}) & {mask}"
        if name in ("mul", "mad") and "lo" in opcode:
            return f"({u[0]} * {u[1]}{' + ' + u[2] if name == 'mad' else ''}) & {mask}"
        if name == "shl":
            return f"({u[0]} << min({u[1]}, {width})) & {mask}"
        if name == "shr":
            return f"({s[0]} >> min({u[1]}, {width})) & {mask}"
        raise Fault(f"this instruction is not known: {line}")

    def launch(self, blocks, threads, parameters, readable=None):
        """Returns the words that it writes: {address: word}. Writing a word twice is a Fault, and reading anything but
        `readable`, {address: bytes}."""
        for name, data in parameters.items():
            if self.sizes.get(name) != len(data):
                raise Fault(f"{name} has {self.sizes.get(name)} bytes, not {len(data)}")
        memory = {}

        def store(address, word):
            if address in memory:
                raise Fault(f"address {address:#x} is written twice")
            memory[address] = word

        def load(address, size):
            data = (readable or {}).get(address, b"")
            if len(data) != size:
                raise Fault(f"{size} bytes at {address:#x} are read")
            return int.from_bytes(data, "little")

        for block in range(blocks):
            for thread in range(threads):
                self.run({}, parameters, {"%ctaid.x": block, "%nctaid.x": blocks, "%tid.x": thread, "%ntid.x": threads},
                         load, store)
        return memory
