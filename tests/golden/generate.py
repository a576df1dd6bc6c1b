#!/usr/bin/env python3
"""Writes data/*.golden, what PyTorch says, which the C++ programs beside this one compare with.

Run by hand, after a change of the cases: `python3 generate.py [GROUP...]`, a minute on two cores, no GPU.
Made with Python 3.11, PyTorch 2.15.0, numpy 2.4 and transformers 5.24; a version from 2.0 (PyTorch) and 1.26 (numpy) on
gives the same to float32's rounding, since everything runs in float64 on the CPU, save transformers' rotary angles, which
are what they are in float32. The files hold float32.
"""
import pathlib
import sys

import torch

from cases import layers, losses, named, optimizers, parametrizations, penalties, tokens, training
from cases.store import Store

GROUPS = {
    "convolutions": [layers.convolutions, layers.transposed, layers.linear],
    "general_convolutions": [layers.general_convolutions, layers.signals],
    "videos": [layers.videos],
    "normalisations": [layers.normalisations],
    "activations": [layers.activations],
    "pools": [layers.pools, layers.rearrangements],
    "residuals": [layers.residuals],
    "parametrizations": [parametrizations.parametrizations],
    "tokens": [tokens.embeddings, tokens.positional_embeddings, tokens.attention, tokens.rotary,
               tokens.gates, tokens.sinusoids],
    "penalties": [penalties.r1, penalties.r1_projection, penalties.r1_attention],
    "named": [named.projects, named.attention, named.cross_attention],
    "losses": [losses.losses, losses.gaussian_kl],
    "optimizers": [optimizers.optimizers, optimizers.schedules, optimizers.clipping],
    "dcgan": [lambda store: training.dcgan(store, 64, 10, 203)],
    "dcgan_small": [lambda store: training.dcgan(store, 4, 2, 3051)],
    "vae": [lambda store: training.vae(store, 64, 10, 202)],
    "vae_free_bits": [lambda store: training.vae(store, 64, 10, 202, beta=4.0, warmup=6, free_bits=0.0024)],
}


def main():
    torch.set_num_threads(2)
    folder = pathlib.Path(__file__).parent / "data"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[1:] or GROUPS:
        store = Store()
        for case in GROUPS[name]:
            case(store)
        print(f"{name}: {len(store.tensors)} tensors, {store.write(folder / f'{name}.golden')} bytes")


main()
