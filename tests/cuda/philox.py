"""The kernels of random numbers for a GPU draw the bits that the host draws: their PTX, run here, against the host's.
usage: philox.py HOST_PROGRAM PTX..."""
import struct
import subprocess
import sys

import ptx

ADDRESS = 0x7f1200000000
# (values, seed, position, stream): whole and cut positions and blocks, a position that crosses 2^32, wide words.
STATES = [(6001, 1, 0, 1), (2050, 0x0123456789abcdef, (1 << 32) - 100, 3), (3, 2 ** 64 - 1, 2 ** 64 - 1, 2 ** 63 + 5),
          (1, 0, 7, 0), (2048, 42, 1 << 40, 4)]
FUNCTORS = {"normal": "NormalValues", "uniform": "UniformValues", "keep_mask": "KeepValues"}


def compare(kernel, program, what, n, seed, position, stream):
    lines = subprocess.run([program, what, *map(str, (n, seed, position, stream, ADDRESS))], check=True,
                           capture_output=True, text=True).stdout.split()
    functor, wanted = (bytes.fromhex(line) for line in lines)
    # Thrust's kernel has the number of calls, and a functor behind the first index. More blocks than it needs do nothing.
    calls = (n + 3) // 4
    number, wrapped = kernel.sizes
    memory = kernel.launch((calls + 255) // 256, 256, {
        number: struct.pack("<q", calls), wrapped: struct.pack("<q", 0) + functor})
    if sorted(memory) != [ADDRESS + 4 * i for i in range(n)]:
        raise ptx.Fault(f"{what}: {len(memory)} words are written, not the {n} that are asked for")
    found = [memory[ADDRESS + 4 * i] for i in range(n)]
    differ = [i for i, word in enumerate(struct.unpack(f"<{n}I", wanted)) if word != found[i]]
    if differ:
        i = differ[0]
        raise ptx.Fault(f"{what}: {len(differ)} of {n} values have other bits; the first is value {i}: "
                        f"{found[i]:08x}, on the host {wanted[4 * i:4 * i + 4][::-1].hex()}")


def main(program, *files):
    for file in files:
        with open(file) as text:
            kernels = ptx.kernels(text.read())
        for what, functor in FUNCTORS.items():
            found = [name for name in kernels if functor in name]
            if len(found) != 1:
                raise ptx.Fault(f"{file}: {len(found)} kernels with a {functor}")
            kernel = ptx.Kernel(*kernels[found[0]])
            for state in STATES:
                compare(kernel, program, what, *state)
            print(f"{file.rsplit('/', 1)[-1]}: {what}: {sum(state[0] for state in STATES)} values have the host's bits")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ptx.Fault as fault:
        sys.exit(f"FAULT: {fault}")
