"""numpy's half of numpy.sh: the same arrays that numpy.cpp has, written or compared.

usage: numpy_arrays.py write|read FOLDER
"""

import pathlib
import sys

import numpy

way, folder = sys.argv[1], pathlib.Path(sys.argv[2])

floats = numpy.array([[1.5, -2, numpy.inf], [1e-42, 0, -0.0]], numpy.float32)
scalar = numpy.array(7, numpy.float32)
latents = numpy.arange(10, dtype=numpy.float32).reshape(2, 5) / 4
# Our batches of images are N x H x W x C: axis 1 of PyTorch's order goes last.
samples = numpy.arange(2 * 3 * 4 * 5, dtype=numpy.float32).reshape(2, 3, 4, 5).transpose(0, 2, 3, 1)
images = (numpy.arange(2 * 3 * 4 * 3) * 7 % 256).astype(numpy.uint8).reshape(2, 3, 4, 3)
arrays = {"floats": floats, "scalar": scalar, "latents": latents, "samples": samples, "images": images}


def compare(name, found):
    wanted = arrays[name]
    assert found.dtype == wanted.dtype, (name, found.dtype)
    assert found.shape == wanted.shape, (name, found.shape)
    assert found.tobytes() == wanted.tobytes(), (name, found)


if way == "write":
    in_order = {name: numpy.array(array, order="C") for name, array in arrays.items()}
    for name, array in in_order.items():
        numpy.save(folder / f"{name}.npy", array)
    numpy.savez(folder / "stored.npz", **in_order)
    numpy.savez_compressed(folder / "deflated.npz", **in_order)
    numpy.save(folder / "fortran.npy", numpy.asfortranarray(floats))
    numpy.save(folder / "doubles.npy", floats.astype(numpy.float64))
    numpy.save(folder / "big_endian.npy", floats.astype(">f4"))
    numpy.save(folder / "objects.npy", numpy.array([{}]), allow_pickle=True)
    for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"):
        for order in "<>":
            array = numpy.arange(24).reshape(2, 3, 4).astype(order + kind)
            numpy.save(folder / f"convert_{kind}{'big' if order == '>' else 'little'}_c.npy", array)
            numpy.save(folder / f"convert_{kind}{'big' if order == '>' else 'little'}_fortran.npy", numpy.asfortranarray(array))
else:
    for name in arrays:
        compare(name, numpy.load(folder / f"{name}.npy"))
    for file in ("stored.npz", "deflated.npz"):
        with numpy.load(folder / file) as archive:
            assert archive.files == list(arrays), archive.files
            for name in arrays:
                compare(name, archive[name])
    assert (folder / "deflated.npz").stat().st_size < (folder / "stored.npz").stat().st_size
