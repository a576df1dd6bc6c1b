"""torch-fidelity and prdc score the same features as ours: random sets and degenerate ones.

usage: metrics.py INTEROP_METRICS FOLDER (an empty one, for the files)
"""
import contextlib
import io
import subprocess
import sys

import numpy
import torch
from prdc import compute_prdc
from sklearn.neighbors import NearestNeighbors
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

program, folder = sys.argv[1:]
faults = 0
compared = 0


def ours(real, generated, neighbours, rule, subsets, subset_size):
    numpy.save(f"{folder}/real.npy", real)
    numpy.save(f"{folder}/generated.npy", generated)
    lines = subprocess.run([program, f"{folder}/real.npy", f"{folder}/generated.npy", str(neighbours), rule, str(subsets),
                            str(subset_size)], check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in lines.splitlines())}


def compare(what, found, wanted, tolerance):
    global faults, compared
    compared += 1
    if not abs(found - wanted) <= tolerance:
        faults += 1
        print(f"FAULT {what}: ours {found!r}, theirs {wanted!r}, tolerance {tolerance:g}")


def sets():
    """Pairs of real and generated features, as float32 of (N, D)."""
    random = numpy.random.RandomState(1)
    normal = lambda *sizes: random.randn(*sizes).astype(numpy.float32)
    yield "gaussians", normal(1500, 64), normal(1500, 64)
    yield "moved, correlated", normal(800, 16) @ normal(16, 16), normal(800, 16) @ normal(16, 16) + numpy.float32(0.3)
    yield "after a ReLU", numpy.maximum(normal(1000, 32), 0), numpy.maximum(normal(1000, 32) - 0.2, 0).astype(numpy.float32)
    yield "more on one side", normal(700, 24), normal(300, 24) * numpy.float32(1.2)
    yield "one mode of two", numpy.concatenate([normal(300, 8), normal(300, 8) + 9]), normal(600, 8)
    same = normal(400, 12)
    yield "the same set", same, same
    yield "fewer samples than features", normal(20, 64), normal(20, 64) + numpy.float32(0.5)
    # Whole numbers, of which everyone's distances are exact: what is equal and what lies on an edge is so for all.
    whole = lambda high, *sizes: random.randint(0, high, sizes).astype(numpy.float32)
    yield "ties", whole(3, 500, 4), whole(4, 500, 4)
    yield "duplicates", numpy.repeat(whole(9, 60, 5), 5, axis=0), numpy.repeat(whole(9, 60, 5), 5, axis=0)
    yield "all equal", numpy.full((50, 6), 2, numpy.float32), numpy.full((50, 6), 2, numpy.float32)
    yield "all equal on each side", numpy.full((50, 6), 2, numpy.float32), numpy.full((50, 6), 5, numpy.float32)
    yield "a feature that never varies", numpy.pad(normal(200, 5), ((0, 0), (0, 1))), numpy.pad(normal(200, 5), ((0, 0), (0, 1)))
    yield "one feature", normal(300, 1), normal(300, 1)


for name, real, generated in sets():
    size = min(len(real), len(generated))
    closed = ours(real, generated, 3, "closed", 1, size)
    open_ = ours(real, generated, 5, "open", 1, size)
    # In double, so that what differs is the definition and not the tools' rounding.
    x, y = torch.from_numpy(real.astype(numpy.float64)), torch.from_numpy(generated.astype(numpy.float64))

    moments = [fid_features_to_statistics(each.reshape(len(each), -1)) for each in (x, y)]
    for each in moments:
        each["sigma"] = numpy.atleast_2d(each["sigma"])
    frechet = fid_statistics_to_metric(*moments, False)["frechet_inception_distance"]
    compare(f"{name}: frechet", closed["frechet"], frechet,
            1e-4 * abs(frechet) + 1e-7 * sum(each["sigma"].trace() for each in moments))
    if len(real) == len(generated):  # then the one subset is all
        kid = kid_features_to_metric(y, x, kid_subsets=1, kid_subset_size=size, verbose=False)
        value = kid["kernel_inception_distance_mean"]
        compare(f"{name}: kid", closed["kid_mean"], value, 1e-6 * max(1, abs(value)))
    prc = prc_features_to_metric(y, x, prc_neighborhood=3, save_cpu_ram=False, verbose=False)
    for metric in ("precision", "recall"):
        compare(f"{name}: {metric} <=", closed[metric], prc[metric], 1e-6)
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = compute_prdc(real, generated, 5)
    for metric, value in theirs.items():
        compare(f"{name}: {metric} <", open_[metric], value, 1e-6)
    near, _ = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(x).kneighbors(y)
    compare(f"{name}: nearest", closed["nearest"], near.mean(), 1e-6)

# Of random subsets theirs are others: the means are equal up to their spread.
random = numpy.random.RandomState(2)
real, generated = random.randn(3000, 32).astype(numpy.float32), random.randn(3000, 32).astype(numpy.float32) + numpy.float32(0.1)
found = ours(real, generated, 5, "open", 100, 1000)
wanted = kid_features_to_metric(torch.from_numpy(generated), torch.from_numpy(real), kid_subsets=100, kid_subset_size=1000,
                                verbose=False)
spread = wanted["kernel_inception_distance_std"]
compare("kid of subsets: mean", found["kid_mean"], wanted["kernel_inception_distance_mean"], 5 * spread * (2 / 100) ** 0.5)
compare("kid of subsets: deviation", found["kid_std"], spread, 0.4 * spread)

if faults:
    sys.exit(f"{faults} of {compared} scores differ.")
print(f"{compared} scores are torch-fidelity's and prdc's.")
