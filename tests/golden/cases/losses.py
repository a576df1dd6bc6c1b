"""Every loss, value and gradient, float64 on float32 values. NAME/prediction, /target, /loss, /gradient; extreme values
in the cases called *_extreme."""
import torch
from torch.nn import functional as F

from .layers import values


def run(store, name, loss, prediction, *targets, labels=("target",)):
    prediction = prediction.clone().requires_grad_()
    value = loss(prediction, *targets)
    value.backward()
    store.add(f"{name}/prediction", prediction)
    for label, target in zip(labels, targets):
        store.add(f"{name}/{label}", target)
    store.add(f"{name}/loss", value.reshape(1))
    store.add(f"{name}/gradient", prediction.grad)


def exact(numbers, *shape):
    return torch.tensor(numbers, dtype=torch.float32).double().reshape(*shape)


def probabilities(name, *shape):
    return values(name, shape).sigmoid().float().double()


def losses(store):
    run(store, "bce", F.binary_cross_entropy, probabilities("bce/p", 6, 5), probabilities("bce/t", 6, 5))
    run(store, "bce_real", F.binary_cross_entropy, probabilities("bce_real/p", 7, 1), torch.ones(7, 1).double())
    # A logarithm is cut at -100, and the gradient divides by at least 1e-12.
    run(store, "bce_extreme", F.binary_cross_entropy, exact([0, 0, 1, 1, 1e-7, 1 - 2**-24, 1e-20, 0.5], 8, 1),
        exact([1, 0, 0, 1, 1, 0, 1, 0.25], 8, 1))
    run(store, "bce_with_logits", F.binary_cross_entropy_with_logits, values("bcel/x", (6, 5), 2.0),
        probabilities("bcel/t", 6, 5))
    run(store, "bce_with_logits_extreme", F.binary_cross_entropy_with_logits,
        exact([0, 20, -20, 100, -100, 1000, -1000, 1e-6], 8, 1), exact([1, 0, 1, 0, 1, 1, 0, 0.5], 8, 1))
    run(store, "mse", F.mse_loss, values("mse/x", (4, 9)), values("mse/t", (4, 9)))
    run(store, "l1", F.l1_loss, values("l1/x", (4, 9)), values("l1/t", (4, 9)))
    run(store, "l1_equal", F.l1_loss, exact([1, 2, -3, 4], 2, 2), exact([1, 3, -3, -1e6], 2, 2))
    run(store, "cross_entropy", F.cross_entropy, values("ce/x", (6, 10), 2.0), torch.tensor([0, 9, 3, 3, 7, 1]))
    run(store, "cross_entropy_extreme", F.cross_entropy,
        exact([1000, -1000, 0, 1000, -1000, 0, 88, 89, 90, 0, 0, 0], 4, 3), torch.tensor([0, 1, 0, 2]))
    hinge = exact([-2, -1, -0.5, 0, 0.5, 1, 2, 1e6], 8, 1)
    # Geometric GAN (Lim and Ye, 2017). At the joint itself PyTorch's relu has gradient 0.
    run(store, "hinge_real", lambda x: F.relu(1 - x).mean(), hinge)
    run(store, "hinge_fake", lambda x: F.relu(1 + x).mean(), hinge)
    run(store, "hinge_generator", lambda x: -x.mean(), hinge)


def gaussian_kl(store):
    """KL(N(mean, exp(log_variance)) || N(0, 1)), summed over latents, mean over the batch. Kingma and Welling, 2013.
    A sample's prediction is [means, log variances]."""
    def kl(moments):
        mean, log_variance = moments.chunk(2, dim=1)
        return (-0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1)).mean()

    run(store, "gaussian_kl", kl, values("kl/moments", (5, 14)))
    run(store, "gaussian_kl_extreme", kl, exact([0, 100, 0, -50, -1e-6, 3, 1e-6, 20], 2, 4))
