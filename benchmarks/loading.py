"""Times PyTorch's loading of the file that benchmarks/loading.cpp wrote. usage: loading.py FILE [REPEATS]"""
import sys
import time

import torch
from safetensors.torch import load_file

path, repeats = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
torch.set_num_threads(2)


class Block(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Linear(4096, 4096, bias=False))


model = torch.nn.Sequential(*[Block() for _ in range(8)])
size = sum(p.numel() * p.element_size() for p in model.parameters())
for name, work in {
    "load_file": lambda: load_file(path),
    "load_file, sums": lambda: [tensor.sum() for tensor in load_file(path).values()],
    "load_file, into a model": lambda: model.load_state_dict(load_file(path)),
}.items():
    for _ in range(repeats):
        start = time.perf_counter()
        kept = work()
        seconds = time.perf_counter() - start
        del kept
        print(f"{name:24} {seconds:7.3f} s  {size / seconds / 1e9:6.2f} GB/s")
