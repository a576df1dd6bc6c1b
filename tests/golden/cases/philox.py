"""Philox 4x32-10 in numpy, the twin of include/genotype/random/philox.hpp, and the values that tests make from it.

Weights, noise and batches of whole models are too big to commit; both languages make the same ones, bit by bit.
Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
"""
import numpy as np

U32 = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)


def words(count, seed, stream):
    """uint32[count]: word i % 4 of position i / 4."""
    position = np.arange((count + 3) // 4, dtype=np.uint64)
    c = [position & U32, position >> SHIFT, np.full_like(position, stream & 0xFFFFFFFF),
         np.full_like(position, stream >> 32)]
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        left, right = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(right >> SHIFT) ^ c[1] ^ np.uint64(k0), right & U32, (left >> SHIFT) ^ c[3] ^ np.uint64(k1), left & U32]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c, axis=1).reshape(-1)[:count].astype(np.uint32)


def uniform(shape, seed, stream, bound=1.0):
    """float32, U(-bound, bound): 24 bits, so exact before the one rounding of the product with the bound."""
    count = int(np.prod(shape))
    unit = ((words(count, seed, stream) >> 8).astype(np.int64) - (1 << 23)).astype(np.float32) * np.float32(2.0**-23)
    return (unit * np.float32(bound)).reshape(shape)


def signs(count, seed, stream, projections):
    """+-1, (projections, count): bit p of word i gives sign p of value i."""
    w = words(count, seed, stream)
    return np.stack([1.0 - 2.0 * ((w >> np.uint32(p)) & np.uint32(1)) for p in range(projections)])


assert list(words(4, 0, 0)) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
