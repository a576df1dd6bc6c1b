"""ONNX Runtime as a contestant, on the network that PyTorch exports in a process of its own.

usage: onnx_contestant.py TASK BATCH THREADS SEED   (TASK: generator, decoder)
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnxruntime

import serving


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    task = sys.argv[1]
    batch, threads, seed = map(int, sys.argv[2:])
    stream = serving.answers()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        exporter = pathlib.Path(__file__).with_name("torch_contestant.py")
        subprocess.run([sys.executable, exporter, task, "export", str(batch), str(threads), str(seed), path],
                       check=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    values = numpy.random.default_rng(seed).standard_normal(given.shape, dtype=numpy.float32)
    serving.serve(stream, f"ONNX Runtime {onnxruntime.__version__}", lambda: session.run(None, {given.name: values}))


main()
