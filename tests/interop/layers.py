"""PyTorch's module for every layer of layers.cpp: name -> (module, sizes of one sample)."""

import math

import torch
from torch import nn

IMAGE = (6, 8, 10)
VIDEO = (4, 5, 6, 7)
VECTOR = (24,)


class Sinusoid(nn.Module):
    """The arithmetic of diffusers' Timesteps(width, flip_sin_to_cos=True, downscale_freq_shift=0, scale=scale)."""

    def __init__(self, width, scale=1.0):
        super().__init__()
        self.half, self.scale = width // 2, scale

    def forward(self, x):
        exponent = -math.log(10000) * torch.arange(self.half, dtype=torch.float32) / self.half
        angles = self.scale * (x * torch.exp(exponent))
        return torch.cat([torch.cos(angles), torch.sin(angles)], dim=1)


class Signal(nn.Module):
    """A layer of signals over (channels, 1, length), with its own names in files."""

    def __init__(self, layer):
        super().__init__()
        self.weight, self.bias, self.layer = layer.weight, layer.bias, [layer]

    def forward(self, x):
        return self.layer[0](x.squeeze(2)).unsqueeze(2)


class PixelAttention(nn.MultiheadAttention):
    """Over the pixels of an image."""

    def __init__(self, width, heads, **options):
        super().__init__(width, heads, batch_first=True, **options)

    def forward(self, x):
        rows = x.flatten(2).transpose(1, 2)
        return super().forward(rows, rows, rows, need_weights=False)[0].transpose(1, 2).reshape(x.shape)


MODULES = {
    "conv": (lambda: nn.Conv2d(6, 9, 3, bias=False), IMAGE),
    "conv_same": (lambda: nn.Conv2d(6, 9, 3, 1, 1, bias=False), IMAGE),
    "conv_stride_bias": (lambda: nn.Conv2d(6, 9, 4, 2, 1), IMAGE),
    "conv_one_bias": (lambda: nn.Conv2d(6, 9, 1), IMAGE),
    "conv_five": (lambda: nn.Conv2d(6, 9, 5, 3, 2, bias=False), IMAGE),
    "conv_wide": (lambda: nn.Conv2d(64, 32, 3, 1, 1, bias=False), (64, 12, 12)),
    "conv_t": (lambda: nn.ConvTranspose2d(6, 9, 4, 2, 1, bias=False), IMAGE),
    "conv_t_bias": (lambda: nn.ConvTranspose2d(6, 9, 4, 2, 1), IMAGE),
    "conv_t_same": (lambda: nn.ConvTranspose2d(6, 9, 3, 1, 1, bias=False), IMAGE),
    "conv_t_from_noise": (lambda: nn.ConvTranspose2d(24, 9, 4, 1, 0, bias=False), (24, 1, 1)),
    "conv_t_wide": (lambda: nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False), (64, 8, 8)),
    "conv_rectangular": (lambda: nn.Conv2d(6, 9, (3, 1), (1, 2), (1, 0)), IMAGE),
    "conv_dilated": (lambda: nn.Conv2d(6, 9, 3, 1, 2, dilation=2, bias=False), IMAGE),
    "conv_groups": (lambda: nn.Conv2d(6, 9, 3, 1, 1, groups=3), IMAGE),
    "conv_depthwise": (lambda: nn.Conv2d(6, 6, 3, 1, 1, groups=6, bias=False), IMAGE),
    "conv_reflect": (lambda: nn.Conv2d(6, 9, 3, 1, 1, padding_mode="reflect"), IMAGE),
    "conv_replicate": (lambda: nn.Conv2d(6, 9, 3, 1, 2, padding_mode="replicate", bias=False), IMAGE),
    "conv_circular": (lambda: nn.Conv2d(6, 9, 4, 2, 3, padding_mode="circular", bias=False), IMAGE),
    "conv_t_output_padding": (lambda: nn.ConvTranspose2d(6, 9, 3, 2, 1, 1), IMAGE),
    "conv_t_groups": (lambda: nn.ConvTranspose2d(6, 9, (4, 3), 2, (1, 0), groups=3, bias=False), IMAGE),
    "conv1d": (lambda: Signal(nn.Conv1d(6, 9, 5, 2, 2, groups=3)), (6, 1, 30)),
    "conv1d_t": (lambda: Signal(nn.ConvTranspose1d(6, 9, 4, 2, 1, bias=False)), (6, 1, 30)),
    "conv3d": (lambda: nn.Conv3d(4, 6, 3, 2, 1), VIDEO),
    "conv3d_sides": (lambda: nn.Conv3d(4, 6, (2, 3, 1), 1, (1, 1, 0), groups=2, bias=False), VIDEO),
    "conv3d_t": (lambda: nn.ConvTranspose3d(4, 3, 4, 2, 1), VIDEO),
    "batch_norm_3d": (lambda: nn.BatchNorm3d(4), VIDEO),
    "layer_norm_3d": (lambda: nn.LayerNorm(VIDEO), VIDEO),
    "flatten_3d": (lambda: nn.Flatten(), VIDEO),
    "linear": (lambda: nn.Linear(24, 17), VECTOR),
    "linear_no_bias": (lambda: nn.Linear(24, 17, bias=False), VECTOR),
    "batch_norm_2d": (lambda: nn.BatchNorm2d(6), IMAGE),
    "batch_norm_1d": (lambda: nn.BatchNorm1d(24), VECTOR),
    "batch_norm_own": (lambda: nn.BatchNorm2d(6, eps=0.1, momentum=0.25), IMAGE),
    "group_norm_own": (lambda: nn.GroupNorm(3, 6, eps=0.1), IMAGE),
    "group_norm": (lambda: nn.GroupNorm(3, 6), IMAGE),
    "group_norm_vector": (lambda: nn.GroupNorm(4, 24), VECTOR),
    "instance_norm": (lambda: nn.InstanceNorm2d(6), IMAGE),
    "instance_norm_affine": (lambda: nn.InstanceNorm2d(6, affine=True), IMAGE),
    "layer_norm": (lambda: nn.LayerNorm(24), VECTOR),
    "layer_norm_image": (lambda: nn.LayerNorm(IMAGE), IMAGE),
    "relu": (lambda: nn.ReLU(), IMAGE),
    "leaky_relu": (lambda: nn.LeakyReLU(0.2), IMAGE),
    "elu": (lambda: nn.ELU(0.7), IMAGE),
    "gelu": (lambda: nn.GELU(), IMAGE),
    "silu": (lambda: nn.SiLU(), IMAGE),
    "softplus": (lambda: nn.Softplus(), IMAGE),
    "tanh": (lambda: nn.Tanh(), IMAGE),
    "sigmoid": (lambda: nn.Sigmoid(), IMAGE),
    "dropout": (lambda: nn.Dropout(0.25), IMAGE),
    "max_pool": (lambda: nn.MaxPool2d(2), IMAGE),
    "max_pool_padded": (lambda: nn.MaxPool2d(3, 2, 1), IMAGE),
    "avg_pool": (lambda: nn.AvgPool2d(2), IMAGE),
    "avg_pool_padded": (lambda: nn.AvgPool2d(3, 2, 1), IMAGE),
    "global_avg_pool": (lambda: nn.AdaptiveAvgPool2d(1), IMAGE),
    "adaptive_avg_pool": (lambda: nn.AdaptiveAvgPool2d((3, 7)), IMAGE),
    "upsample": (lambda: nn.Upsample(scale_factor=3, mode="nearest"), IMAGE),
    "upsample_bilinear": (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), IMAGE),
    "upsample_bilinear_three": (lambda: nn.Upsample(scale_factor=3, mode="bilinear"), IMAGE),
    "pixel_shuffle": (lambda: nn.PixelShuffle(2), (12, 4, 5)),
    "pixel_unshuffle": (lambda: nn.PixelUnshuffle(2), IMAGE),
    "sinusoid": (lambda: Sinusoid(128), (1,)),
    "sinusoid_scaled": (lambda: Sinusoid(32, 10.0), (1,)),
    "multihead_attention": (lambda: PixelAttention(6, 2), IMAGE),
    "multihead_attention_no_bias": (lambda: PixelAttention(64, 4, bias=False), (64, 8, 8)),
    "flatten": (lambda: nn.Flatten(), IMAGE),
    "reshape": (lambda: nn.Unflatten(1, (2, 3, 4)), VECTOR),
}
