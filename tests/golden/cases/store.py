"""The file that C++ reads: an index in text, then raw little-endian float32.

    genotype golden 1
    <name> <rank> <dim>... <first value>        one line a tensor, dims and order as PyTorch has them
    end
    <values>
"""
import numpy as np


class Store:
    def __init__(self):
        self.tensors = {}

    def add(self, name, values):
        if hasattr(values, "detach"):
            values = values.detach().cpu().numpy()
        values = np.array(values, dtype=np.float32, order="C")
        assert name not in self.tensors, name
        assert not set(name) & set(" \n"), name
        self.tensors[name] = values

    def write(self, path):
        lines, first = ["genotype golden 1"], 0
        for name, values in self.tensors.items():
            lines.append(" ".join(map(str, [name, values.ndim, *values.shape, first])))
            first += values.size
        with open(path, "wb") as file:
            file.write(("\n".join(lines + ["end"]) + "\n").encode())
            for values in self.tensors.values():
                file.write(values.astype("<f4").tobytes())
        return path.stat().st_size
