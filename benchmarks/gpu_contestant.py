"""PyTorch on an NVIDIA GPU as a contestant.

usage: gpu_contestant.py TASK VARIANT BATCH SEED DEVICE
TASK: dcgan, vae, gpt2_nano, gpt2_small (training steps), decode (a token of a text), matmul and copy (what the GPU
gives at most), convolution (which one is told by "choose KIND,IN,OUT,KERNEL,STRIDE,PADDING,SIDE,DIRECTION").
VARIANT: words joined by +: eager, compile, reduce-overhead, max-autotune, max-autotune-no-cudagraphs, tf32,
channels_last, bf16; graph: the whole step as one CUDA graph. DEVICE: cuda, or cpu to rehearse.
Batches lie on the GPU already, and losses stay there.
"""
import sys

import torch
from torch.nn import functional

import serving
import torch_gpt
from text_contestant import END, FIRST, tokens
from torch_contestant import Choice, dcgan_step, discriminator, generator, vae_step

CALLS = 20  # of a convolution in one step, so that what a launch costs does not count
SIDE = 4096  # of matmul's matrices
COPIED = 1 << 28  # floats


def captured(step):
    """The step as one CUDA graph. PyTorch: "Whole-network capture" of its notes on CUDA."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def with_marks(step):
    """What torch.compile's own CUDA graphs are to be told: where a step begins."""
    def marked():
        torch.compiler.cudagraph_mark_step_begin()
        step()

    return marked


def gpt_step(choice, size, batch, rehearse):
    sizes = {**torch_gpt.SIZES[size], **({"layers": 1, "context": 64} if rehearse else {})}
    network = torch_gpt.Gpt(**sizes).to(choice.device)
    run = choice.compile(network)
    optimizer = torch_gpt.adamw(network, **{k: v for k, v in choice.optimizer.items() if k != "fused"})
    ids = torch.tensor(tokens(batch * (sizes["context"] + 1))).view(batch, -1).to(choice.device) % sizes["vocabulary"]
    before, following = ids[:, :-1].contiguous(), ids[:, 1:].contiguous()

    def step():
        optimizer.zero_grad()
        with choice.autocast():
            loss = run(before, following)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()

    return step


def decode_step(choice, rehearse):
    """Reads the token at each position from FIRST to END - 1 of a text, over and over, and brings the next one to the
    host."""
    network = torch_gpt.Gpt(**{**torch_gpt.SIZES["small"], **({"layers": 1} if rehearse else {})}).to(choice.device)
    network.keep(256)
    ids = torch.tensor(tokens(END)).to(choice.device)
    token, position = ids[:1].clone().view(1, 1), torch.zeros(1, dtype=torch.long, device=choice.device)

    def greedy(token, position):
        return network.next(token, position).argmax(-1)

    run = choice.compile(greedy)
    answer = {}

    def one():
        answer["token"] = run(token, position)

    with torch.inference_mode():
        launch = captured(one) if choice.graph else one
    state = {"at": FIRST}

    @torch.inference_mode()
    def step():
        at = state["at"]
        token.copy_(ids[at:at + 1].view(1, 1))
        position.fill_(at)
        launch()
        answer["token"].item()
        state["at"] = at + 1 if at + 1 < END else FIRST

    return step


def convolution(choice, batch, rehearse):
    """How steps of a word are made."""
    def of(word):
        kind, *sizes, direction = word.split(",")
        inputs, outputs, kernel, stride, padding, side = map(int, sizes)
        transposed = kind == "convt"
        shape = (inputs, outputs) if transposed else (outputs, inputs)
        x = torch.randn(batch, inputs, side, side, device=choice.device).contiguous(memory_format=choice.layout)
        w = torch.randn(*shape, kernel, kernel, device=choice.device).contiguous(memory_format=choice.layout)
        forward = functional.conv_transpose2d if transposed else functional.conv2d
        gradient = torch.randn_like(forward(x, w, None, stride, padding)).contiguous(memory_format=choice.layout)
        wanted = {"input": [True, False, False], "weight": [False, True, False]}

        def call():
            if direction == "forward":
                forward(x, w, None, stride, padding)
            else:
                torch.ops.aten.convolution_backward(gradient, x, w, None, [stride] * 2, [padding] * 2, [1, 1],
                                                    transposed, [0, 0], 1, wanted[direction])

        def step():
            for _ in range(1 if rehearse else CALLS):
                call()

        return captured(step) if choice.graph else step

    return of


def machine(choice, task, rehearse):
    n, count = (256, 1 << 20) if rehearse else (SIDE, COPIED)
    a, b, c = (torch.randn(n, n, device=choice.device) for _ in range(3))
    x, y = (torch.ones(count if task == "copy" else 1, device=choice.device) for _ in range(2))
    return (lambda: torch.mm(a, b, out=c)) if task == "matmul" else (lambda: y.copy_(x))


def main():
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    task, variant, batch, seed, device = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    rehearse = device == "cpu"
    stream = serving.answers()
    choice = Choice(variant, device)
    torch.manual_seed(seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = choice.tf32
    torch.backends.cudnn.benchmark = True
    choose = None
    if task == "dcgan":
        step = dcgan_step(choice, generator(64), discriminator(64), batch)
    elif task == "vae":
        step = vae_step(choice, 256, batch)
    elif task.startswith("gpt2_"):
        step = gpt_step(choice, task.removeprefix("gpt2_"), batch, rehearse)
    elif task == "decode":
        step = decode_step(choice, rehearse)
    elif task == "convolution":
        choose = convolution(choice, batch, rehearse)
        step = lambda: None
    elif task in ("matmul", "copy"):
        step = machine(choice, task, rehearse)
    else:
        sys.exit(f"gpu_contestant.py: no task {task}")
    if choice.graph and task in ("dcgan", "vae", "gpt2_nano", "gpt2_small"):
        step = captured(step)
    elif {"reduce-overhead", "max-autotune"} & set(variant.split("+")):
        step = with_marks(step)
    version = f"PyTorch {torch.__version__}"
    if rehearse:
        serving.serve(stream, version, step, lambda: None, None, choose)
        return
    serving.serve(stream, f"{version}, cuDNN {torch.backends.cudnn.version()}", step, torch.cuda.synchronize,
                  lambda: {"gpu_mb": round(torch.cuda.max_memory_reserved() / 2**20)}, choose)


main()
