"""Every layer, forward and backward. Inputs are float32 values; PyTorch runs in float64, so that the oracle is exact to
the last bit that float32 can show.

A case NAME stores NAME/x, /y, /dy, /dx, NAME/PARAMETER and NAME/PARAMETER.grad; with batch statistics also
NAME/BUFFER and NAME/BUFFER.after (the training step); where inference differs, NAME/y.inference, run after that step.
"""
import zlib

import numpy as np
import torch
from torch import nn


def values(name, shape, scale=1.0, offset=0.0):
    """Normal float32 values that depend on the name alone: a new case leaves the others as they are."""
    drawn = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode()))).standard_normal(shape)
    return torch.from_numpy((drawn * scale + offset).astype(np.float32)).double()


def run(store, name, module, x):
    module = module.double()
    with torch.no_grad():
        for parameter, tensor in module.named_parameters():
            norm_weight = tensor.dim() == 1 and parameter.endswith("weight")
            fan_in = max(tensor[0].numel(), 1)
            tensor.copy_(values(f"{name}/{parameter}", tensor.shape, 0.5 / fan_in**0.5 if tensor.dim() > 1 else 0.3,
                                1.0 if norm_weight else 0.0))
        for buffer, tensor in module.named_buffers():
            if tensor.is_floating_point():
                drawn = values(f"{name}/{buffer}", tensor.shape, 0.3)
                tensor.copy_(drawn.abs().float().double() + 0.5 if buffer.endswith("var") else drawn)
                tensor.copy_(tensor.float())
    for buffer, tensor in module.named_buffers():
        store.add(f"{name}/{buffer}", tensor)
    x = x.clone().requires_grad_()
    module.train()
    y = module(x)
    dy = values(f"{name}/dy", y.shape)
    y.backward(dy)
    for key, tensor in dict(x=x, y=y, dy=dy, dx=x.grad).items():
        store.add(f"{name}/{key}", tensor)
    for parameter, tensor in module.named_parameters():
        store.add(f"{name}/{parameter}", tensor)
        store.add(f"{name}/{parameter}.grad", tensor.grad)
    if list(module.buffers()):
        for buffer, tensor in module.named_buffers():
            store.add(f"{name}/{buffer}.after", tensor)
        module.eval()
        store.add(f"{name}/y.inference", module(x))


def drawn(store, name, module, *shape, scale=1.0, offset=0.0):
    run(store, name, module, values(f"{name}/x", shape, scale, offset))


def convolutions(store):
    def conv(*shape, arguments):
        bias = len(arguments) == 6
        name = "conv_" + "_".join(map(str, arguments[:5])) + ("_bias" if bias else "")
        drawn(store, name, nn.Conv2d(*arguments[:5], bias=bias), *shape)

    conv(2, 3, 7, 6, arguments=(3, 5, 3, 1, 1, "bias"))
    conv(3, 4, 8, 8, arguments=(4, 8, 4, 2, 1))
    conv(2, 5, 11, 9, arguments=(5, 17, 5, 3, 2, "bias"))
    conv(4, 6, 5, 5, arguments=(6, 2, 1, 1, 0, "bias"))
    conv(3, 8, 4, 4, arguments=(8, 1, 4, 1, 0))
    conv(2, 16, 8, 8, arguments=(16, 32, 4, 2, 1))
    conv(1, 3, 7, 5, arguments=(3, 9, 2, 2, 0))  # a row and a column that no window reaches
    conv(2, 4, 5, 7, arguments=(4, 6, 1, 2, 0))  # strides past the kernel: values that are never read
    conv(2, 24, 8, 8, arguments=(24, 16, 3, 1, 1, "bias"))
    conv(1, 2, 4, 4, arguments=(2, 3, 7, 1, 3, "bias"))  # the kernel is larger than the image


def transposed(store):
    def conv(*shape, arguments):
        bias = len(arguments) == 6
        name = "conv_t_" + "_".join(map(str, arguments[:5])) + ("_bias" if bias else "")
        drawn(store, name, nn.ConvTranspose2d(*arguments[:5], bias=bias), *shape)

    conv(2, 5, 5, 4, arguments=(5, 3, 3, 1, 1, "bias"))
    conv(3, 8, 4, 4, arguments=(8, 4, 4, 2, 1))
    conv(2, 7, 1, 1, arguments=(7, 16, 4, 1, 0))
    conv(2, 5, 4, 5, arguments=(5, 6, 5, 3, 2, "bias"))
    conv(2, 4, 3, 4, arguments=(4, 3, 2, 3, 0, "bias"))  # strides past the kernel: outputs that only the bias reaches
    conv(2, 32, 4, 4, arguments=(32, 16, 4, 2, 1))
    conv(1, 3, 3, 3, arguments=(3, 17, 3, 2, 0, "bias"))


def general_convolutions(store):
    """Sides that differ, dilation, groups, output padding, padding modes, signals."""
    def of(name, kind, arguments, shape, **options):
        options.setdefault("bias", False)
        drawn(store, name, kind(*arguments, **options), *shape)

    of("conv_rectangular", nn.Conv2d, (3, 5, (3, 1), 1, (1, 0)), (2, 3, 5, 4), bias=True)
    of("conv_rectangular_strides", nn.Conv2d, (4, 17, (2, 5), (3, 2), (0, 3)), (2, 4, 8, 7))
    of("conv_dilated", nn.Conv2d, (6, 9, 3, 1, 2), (2, 6, 6, 5), dilation=2, bias=True)
    of("conv_dilated_sides", nn.Conv2d, (3, 8, 3, 2, (2, 6)), (2, 3, 7, 9), dilation=(2, 6))
    of("conv_groups", nn.Conv2d, (8, 12, 3, 1, 1), (2, 8, 5, 5), groups=4, bias=True)
    of("conv_groups_wide", nn.Conv2d, (16, 24, (2, 3), 2, 1), (2, 16, 5, 6), groups=2)
    of("conv_depthwise", nn.Conv2d, (19, 19, 3, 1, 1), (2, 19, 4, 5), groups=19, bias=True)
    of("conv_depthwise_strides", nn.Conv2d, (8, 8, 5, 2, 4), (3, 8, 7, 6), groups=8, dilation=2)
    of("conv_depthwise_two", nn.Conv2d, (5, 10, 3, 1, 1), (2, 5, 4, 4), groups=5)
    of("conv_reflect", nn.Conv2d, (3, 6, 3, 1, 1), (2, 3, 5, 4), padding_mode="reflect", bias=True)
    of("conv_reflect_sides", nn.Conv2d, (4, 6, (5, 3), 2, (4, 1)), (2, 4, 5, 4), padding_mode="reflect")
    of("conv_replicate", nn.Conv2d, (4, 4, 3, 1, 3), (2, 4, 3, 4), padding_mode="replicate", groups=2)
    of("conv_circular", nn.Conv2d, (2, 5, 4, 2, (3, 4)), (2, 2, 3, 4), padding_mode="circular", bias=True)
    of("conv_t_output_padding", nn.ConvTranspose2d, (16, 8, 3, 2, 1, 1), (2, 16, 4, 5), bias=True)
    of("conv_t_output_padding_colours", nn.ConvTranspose2d, (16, 3, 4, 3, 0, 2), (2, 16, 3, 2), bias=True)
    of("conv_t_rectangular", nn.ConvTranspose2d, (5, 6, (1, 4), (1, 2), (0, 1)), (2, 5, 3, 4))
    of("conv_t_dilated", nn.ConvTranspose2d, (4, 7, 3, 2, 2, (1, 2)), (2, 4, 4, 3), dilation=(2, 3), bias=True)
    of("conv_t_groups", nn.ConvTranspose2d, (12, 8, 3, 2, 1, 1), (2, 12, 3, 3), groups=4, bias=True)
    of("conv_t_depthwise", nn.ConvTranspose2d, (9, 9, 4, 2, 1), (2, 9, 3, 4), groups=9)


def signals(store):
    """Shapes as genotype has them: (channels, 1, length)."""
    class Signal(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.weight, self.layer = layer.weight, [layer]
            if layer.bias is not None:
                self.bias = layer.bias

        def forward(self, x):
            return self.layer[0](x.squeeze(2)).unsqueeze(2)

    def of(name, kind, arguments, shape, **options):
        options.setdefault("bias", False)
        drawn(store, name, Signal(kind(*arguments, **options).double()), *shape)

    of("conv1d", nn.Conv1d, (3, 8, 5, 2, 2), (2, 3, 1, 13), bias=True)
    of("conv1d_dilated", nn.Conv1d, (4, 6, 3, 1, 4), (2, 4, 1, 10), dilation=4, groups=2)
    of("conv1d_one", nn.Conv1d, (6, 5, 1), (2, 6, 1, 7), bias=True)
    of("conv1d_reflect", nn.Conv1d, (3, 4, 4, 1, 3), (2, 3, 1, 6), padding_mode="reflect")
    of("conv1d_t", nn.ConvTranspose1d, (5, 4, 4, 3, 1, 2), (2, 5, 1, 4), bias=True)


def videos(store):
    """Over (channels, depth, height, width)."""
    def of(name, kind, arguments, shape, **options):
        options.setdefault("bias", False)
        drawn(store, name, kind(*arguments, **options), *shape)

    of("conv3d", nn.Conv3d, (3, 5, 3, 1, 1), (2, 3, 4, 5, 3), bias=True)
    of("conv3d_sides", nn.Conv3d, (4, 6, (2, 3, 1), (2, 1, 2), (1, 0, 1)), (2, 4, 5, 4, 3))
    of("conv3d_dilated", nn.Conv3d, (3, 4, 3, 1, (2, 1, 3)), (2, 3, 5, 4, 3), dilation=(2, 1, 3), bias=True)
    of("conv3d_groups", nn.Conv3d, (6, 9, 3, 2, 1), (2, 6, 4, 3, 5), groups=3, bias=True)
    of("conv3d_depthwise", nn.Conv3d, (5, 5, 3, 1, 1), (2, 5, 3, 4, 3), groups=5)
    of("conv3d_wide", nn.Conv3d, (16, 24, 3, 1, 1), (1, 16, 3, 6, 6))  # the fast kernels of square sides
    of("conv3d_one_frame", nn.Conv3d, (4, 6, (1, 3, 3), 1, (0, 1, 1)), (2, 4, 3, 4, 3), bias=True)
    of("conv3d_one", nn.Conv3d, (4, 6, 1, (2, 1, 1)), (2, 4, 5, 2, 3), bias=True)
    of("conv3d_reflect", nn.Conv3d, (2, 3, 3, 1, (2, 1, 1)), (2, 2, 3, 4, 3), padding_mode="reflect", bias=True)
    of("conv3d_replicate", nn.Conv3d, (2, 4, 3, (1, 2, 2), 2), (2, 2, 2, 3, 4), padding_mode="replicate", groups=2)
    of("conv3d_circular", nn.Conv3d, (2, 3, 2, 1, (2, 1, 1)), (2, 2, 3, 3, 2), padding_mode="circular")
    of("conv_t_3d", nn.ConvTranspose3d, (6, 4, 4, 2, 1), (2, 6, 2, 3, 2), bias=True)
    of("conv_t_3d_sides", nn.ConvTranspose3d, (4, 6, (3, 2, 4), (2, 1, 3), (1, 0, 1), (1, 0, 2)), (2, 4, 3, 2, 3),
       groups=2, dilation=(1, 2, 1), bias=True)
    of("conv_t_3d_one_frame", nn.ConvTranspose3d, (4, 3, (1, 4, 4), (1, 2, 2), (0, 1, 1)), (2, 4, 3, 2, 3))
    drawn(store, "batch_norm_3d", nn.BatchNorm3d(5), 2, 5, 3, 2, 4)
    drawn(store, "group_norm_3d", nn.GroupNorm(2, 6), 2, 6, 3, 2, 2)
    drawn(store, "instance_norm_3d", nn.InstanceNorm3d(4), 2, 4, 3, 1, 1)
    drawn(store, "layer_norm_3d", nn.LayerNorm([3, 2, 4, 2]), 2, 3, 2, 4, 2)
    drawn(store, "silu_3d", nn.SiLU(), 2, 3, 2, 2, 3)
    drawn(store, "flatten_3d", nn.Flatten(), 2, 3, 2, 4, 2)
    drawn(store, "reshape_3d", nn.Unflatten(1, (3, 2, 4, 2)), 2, 48)


def linear(store):
    drawn(store, "linear_7_5", nn.Linear(7, 5), 4, 7)
    drawn(store, "linear_64_33", nn.Linear(64, 33), 5, 64)
    drawn(store, "linear_5_16_no_bias", nn.Linear(5, 16, bias=False), 1, 5)


def normalisations(store):
    drawn(store, "batch_norm_5", nn.BatchNorm2d(5), 3, 5, 4, 3)
    drawn(store, "batch_norm_17", nn.BatchNorm2d(17), 2, 17, 5, 5, scale=2.0, offset=-1.0)
    drawn(store, "batch_norm_vector_9", nn.BatchNorm1d(9), 6, 9)
    drawn(store, "batch_norm_vector_32", nn.BatchNorm1d(32), 4, 32, scale=0.1)
    # The mean is a thousand deviations away: a variance taken as E[x^2] - E[x]^2 in float32 is lost here.
    drawn(store, "batch_norm_far_4", nn.BatchNorm2d(4), 4, 4, 6, 6, offset=1000.0)
    # Values so small that epsilon counts, and another share of each batch.
    drawn(store, "batch_norm_small_6", nn.BatchNorm2d(6, eps=1e-2, momentum=0.3), 3, 6, 4, 3, scale=0.05)
    drawn(store, "batch_norm_small_vector_7", nn.BatchNorm1d(7, eps=1e-3), 5, 7, scale=0.05)
    drawn(store, "group_norm_small_3_6", nn.GroupNorm(3, 6, eps=1e-2), 2, 6, 3, 4, scale=0.05)
    drawn(store, "group_norm_2_6", nn.GroupNorm(2, 6), 3, 6, 5, 4)
    drawn(store, "group_norm_1_5", nn.GroupNorm(1, 5), 2, 5, 3, 3, scale=3.0, offset=2.0)
    drawn(store, "group_norm_8_8", nn.GroupNorm(8, 8), 2, 8, 4, 4)
    drawn(store, "instance_norm_6", nn.InstanceNorm2d(6), 3, 6, 5, 4, scale=2.0, offset=1.0)
    drawn(store, "instance_norm_17", nn.InstanceNorm2d(17), 2, 17, 1, 2)
    drawn(store, "instance_norm_small_5", nn.InstanceNorm2d(5, eps=1e-2), 2, 5, 3, 3, scale=0.05)
    drawn(store, "layer_norm_10", nn.LayerNorm(10), 4, 10)
    drawn(store, "layer_norm_37", nn.LayerNorm(37), 2, 37, scale=5.0, offset=3.0)
    drawn(store, "layer_norm_picture", nn.LayerNorm([6, 4, 3]), 3, 6, 4, 3)
    drawn(store, "rms_norm_10", nn.RMSNorm(10, eps=1e-5), 4, 10)
    drawn(store, "rms_norm_37", nn.RMSNorm(37, eps=1e-6), 3, 37, scale=5.0, offset=3.0)
    drawn(store, "rms_norm_small_8", nn.RMSNorm(8, eps=1e-2), 2, 8, scale=0.05)  # epsilon counts


def activations(store):
    # The joints of the pieces (0; Softplus's 20), both zeros, saturation, and where exp under- and overflows.
    special = [0.0, -0.0, 1e-6, -1e-6, 0.5, -0.5, 1.0, -1.0, 5.0, -5.0, 8.0, -8.0, 19.99, 20.0, 20.01, -20.0, 60.0,
               -60.0, 88.0, -88.0, 120.0, -120.0, 1000.0, -1000.0]
    modules = dict(relu=nn.ReLU, leaky_relu=lambda: nn.LeakyReLU(0.2), elu=nn.ELU, gelu=nn.GELU, silu=nn.SiLU,
                   softplus=nn.Softplus, tanh=nn.Tanh, sigmoid=nn.Sigmoid,
                   gelu_tanh=lambda: nn.GELU(approximate="tanh"))
    for name, module in modules.items():
        drawn(store, name, module(), 2, 5, 3, 3, scale=2.0)
        run(store, name + "_special", module(), torch.tensor(special).float().double().reshape(2, 12))


def pools(store):
    drawn(store, "max_pool_2_2", nn.MaxPool2d(2, 2), 2, 5, 6, 4)
    drawn(store, "max_pool_3_2_1", nn.MaxPool2d(3, 2, 1), 2, 3, 7, 6)
    drawn(store, "max_pool_2_3", nn.MaxPool2d(2, 3), 1, 17, 7, 8)
    ties = values("max_pool_ties", (2, 4, 6, 6)).round()
    run(store, "max_pool_ties_3_1_1", nn.MaxPool2d(3, 1, 1), ties)  # the first of equals gets the gradient
    drawn(store, "avg_pool_2_2", nn.AvgPool2d(2, 2), 2, 5, 6, 4)
    drawn(store, "avg_pool_3_2_1", nn.AvgPool2d(3, 2, 1), 2, 3, 7, 6)  # zeros of the padding count
    drawn(store, "avg_pool_3_1", nn.AvgPool2d(3, 1), 1, 17, 5, 5)
    drawn(store, "global_avg_pool", nn.AdaptiveAvgPool2d(1), 3, 7, 5, 4)
    drawn(store, "adaptive_avg_pool_3_2", nn.AdaptiveAvgPool2d((3, 2)), 2, 5, 6, 4)
    drawn(store, "adaptive_avg_pool_3_4", nn.AdaptiveAvgPool2d((3, 4)), 2, 3, 7, 5)  # windows that overlap
    drawn(store, "adaptive_avg_pool_5_7", nn.AdaptiveAvgPool2d((5, 7)), 1, 17, 2, 3)  # more of them than pixels


def rearrangements(store):
    drawn(store, "upsample_2", nn.Upsample(scale_factor=2), 2, 5, 3, 4)
    drawn(store, "upsample_3", nn.Upsample(scale_factor=3), 1, 8, 2, 3)
    drawn(store, "upsample_bilinear_2", nn.Upsample(scale_factor=2, mode="bilinear"), 2, 5, 3, 4)
    drawn(store, "upsample_bilinear_3", nn.Upsample(scale_factor=3, mode="bilinear"), 1, 17, 1, 3)
    drawn(store, "pixel_shuffle_2", nn.PixelShuffle(2), 2, 12, 3, 4)
    drawn(store, "pixel_shuffle_3", nn.PixelShuffle(3), 1, 18, 2, 2)
    drawn(store, "pixel_unshuffle_2", nn.PixelUnshuffle(2), 2, 3, 6, 8)
    drawn(store, "pixel_unshuffle_3", nn.PixelUnshuffle(3), 1, 2, 3, 6)
    drawn(store, "flatten", nn.Flatten(), 2, 5, 3, 4)
    drawn(store, "reshape_vector_picture", nn.Unflatten(1, (6, 2, 5)), 2, 60)
    drawn(store, "reshape_picture_picture", nn.Sequential(nn.Flatten(), nn.Unflatten(1, (2, 5, 6))), 2, 5, 3, 4)


class Residual(nn.Module):
    def __init__(self, branch, projection=None):
        super().__init__()
        self.branch, self.projection = branch, projection or nn.Identity()

    def forward(self, x):
        return self.branch(x) + self.projection(x)


def residuals(store):
    def branch(into, out, stride):
        return nn.Sequential(nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(),
                             nn.Conv2d(out, out, 3, 1, 1))

    drawn(store, "residual", Residual(branch(5, 5, 1)), 3, 5, 6, 4)
    projection = nn.Sequential(nn.Conv2d(4, 6, 1, 2, 0, bias=False))
    drawn(store, "residual_projection", Residual(branch(4, 6, 2), projection), 2, 4, 6, 6)
