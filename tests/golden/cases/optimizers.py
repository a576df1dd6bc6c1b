"""Every optimiser over ten steps of given gradients, the factors of the schedules, and clipping; float64.

`start` (n), `gradients` (10, n), and for each optimiser the parameters after each step (10, n)."""
import torch
from torch import optim

from .layers import values

STEPS, COUNT = 10, 37


def optimizers(store):
    start = values("optimizers/start", (COUNT,))
    gradients = values("optimizers/gradients", (STEPS, COUNT))
    gradients[:, 0] = 0.0  # never moves but by weight decay
    gradients[:, 1] *= 1e-7  # near Adam's eps
    gradients[:, 2] *= 1e4
    gradients[3:, 3] = 0.0
    gradients = gradients.float().double()
    store.add("start", start)
    store.add("gradients", gradients)
    makers = dict(
        sgd=lambda p: optim.SGD(p, lr=0.1),
        sgd_weight_decay=lambda p: optim.SGD(p, lr=0.1, weight_decay=0.05),
        sgd_momentum=lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
        sgd_nesterov=lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
        adam=lambda p: optim.Adam(p, lr=1e-2),
        adam_betas=lambda p: optim.Adam(p, lr=2e-4, betas=(0.5, 0.999), eps=1e-6),
        adam_weight_decay=lambda p: optim.Adam(p, lr=1e-2, weight_decay=0.05),
        adamw=lambda p: optim.AdamW(p, lr=1e-2),
        adamw_weight_decay=lambda p: optim.AdamW(p, lr=1e-2, weight_decay=0.3),
        rmsprop=lambda p: optim.RMSprop(p, lr=1e-2),
        rmsprop_momentum=lambda p: optim.RMSprop(p, lr=1e-2, alpha=0.9, momentum=0.5, weight_decay=0.05),
    )
    for name, make in makers.items():
        parameter = torch.nn.Parameter(start.clone())
        optimizer = make([parameter])
        history = []
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
            history.append(parameter.detach().clone())
        store.add(name, torch.stack(history))


def schedules(store):
    """The learning rate over the base rate, from the first step on."""
    rates = optim.lr_scheduler
    makers = dict(
        linear_warmup=(9, lambda o: rates.LinearLR(o, start_factor=1 / 5, total_iters=4)),
        cosine=(11, lambda o: rates.CosineAnnealingLR(o, T_max=10)),  # it would rise again after T_max
        cosine_minimum=(9, lambda o: rates.CosineAnnealingLR(o, T_max=8, eta_min=0.1)),
        cosine_after_warmup=(11, lambda o: rates.SequentialLR(
            o, [rates.LinearLR(o, start_factor=1 / 3, total_iters=2), rates.CosineAnnealingLR(o, T_max=7, eta_min=0.1)],
            milestones=[3])),
        step_decay=(14, lambda o: rates.StepLR(o, step_size=4, gamma=0.5)),
    )
    for name, (steps, make) in makers.items():
        optimizer = optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule, factors = make(optimizer), []
        for _ in range(steps):
            factors.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        store.add(f"schedule/{name}", factors)


def clipping(store):
    """clip_grad_norm_ over two tensors: /first, /second, /norm (before), /first.after, /second.after."""
    for name, limit, scale in [("clip_above", 1.0, 1.0), ("clip_below", 100.0, 1.0), ("clip_huge", 2.0, 1e12)]:
        tensors = [torch.nn.Parameter(torch.zeros(count).double()) for count in (23, 1000)]
        for key, tensor in zip(("first", "second"), tensors):
            tensor.grad = values(f"{name}/{key}", tensor.shape, scale)
            store.add(f"{name}/{key}", tensor.grad)
        norm = torch.nn.utils.clip_grad_norm_(tensors, limit)
        store.add(f"{name}/limit", [limit])
        store.add(f"{name}/norm", norm.reshape(1))
        for key, tensor in zip(("first", "second"), tensors):
            store.add(f"{name}/{key}.after", tensor.grad)
