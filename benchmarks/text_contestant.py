"""transformers, llama.cpp and PyTorch as contestants of the race on text.

usage: text_contestant.py TASK VARIANT THREADS [MODEL [PROMPT]]
TASK: decode (a token of a text behind 16 to 143 others), prefill (512 tokens), of MODEL; train (a step of nanoGPT's
GPT); first_token, which writes one word behind PROMPT and ends.
VARIANT: float32 or bfloat16 (transformers, a Hugging Face folder), llama.cpp or llama.cpp+flash_attn (a GGUF file); for
train eager or compile.
"""
import sys

import serving

FIRST, END = 16, 144


def tokens(count):
    return [i * 7919 % 40000 + 100 for i in range(count)]


def of_transformers(task, dtype, model):
    import torch
    import transformers

    transformers.utils.logging.set_verbosity_error()
    network = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=getattr(torch, dtype)).eval()
    ids = torch.tensor([tokens(512)])
    version = f"transformers {transformers.__version__} on PyTorch {torch.__version__}"
    if task == "prefill":
        return version, torch.inference_mode()(lambda: network(ids, use_cache=True, logits_to_keep=1))
    state = {"position": END}

    @torch.inference_mode()
    def step():
        if state["position"] == END:
            state["cache"] = network(ids[:, :FIRST], use_cache=True, logits_to_keep=1).past_key_values
            state["position"] = FIRST
        at = state["position"]
        state["cache"] = network(ids[:, at : at + 1], past_key_values=state["cache"], use_cache=True).past_key_values
        state["position"] = at + 1

    return version, step


def of_llama_cpp(task, variant, threads, model):
    import llama_cpp

    network = llama_cpp.Llama(model, n_ctx=1024, n_batch=512, n_threads=threads, n_threads_batch=threads,
                              flash_attn="flash_attn" in variant, verbose=False)
    ids = tokens(512)
    version = f"llama.cpp by llama-cpp-python {llama_cpp.__version__}"

    def prefill():
        network.reset()
        network.eval(ids)

    if task == "prefill":
        return version, prefill
    state = {"position": END}

    def step():
        if state["position"] == END:
            network.reset()
            network.eval(ids[:FIRST])
            state["position"] = FIRST
        network.eval([ids[state["position"]]])
        state["position"] += 1

    return version, step


def first_token(variant, threads, model, prompt):
    if variant == "llama.cpp":
        import llama_cpp

        network = llama_cpp.Llama(model, n_ctx=1024, n_threads=threads, n_threads_batch=threads, verbose=False)
        return network(prompt, max_tokens=1, temperature=0)["choices"][0]["text"]
    import torch
    import transformers

    torch.set_num_threads(threads)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    network = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=getattr(torch, variant)).eval()
    given = tokenizer(prompt, return_tensors="pt")
    return tokenizer.decode(network.generate(**given, max_new_tokens=1, do_sample=False)[0])


def of_training(variant):
    import torch
    from torch import nn
    from torch.nn import functional

    layers, heads, width, context, batch, vocabulary = 4, 4, 128, 64, 12, 65

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.joint = nn.Linear(width, 3 * width, bias=False)
            self.output = nn.Linear(width, width, bias=False)

        def forward(self, x):
            parts = self.joint(x).view(batch, context, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            y = functional.scaled_dot_product_attention(*parts, is_causal=True)
            return self.output(y.transpose(1, 2).reshape(batch, context, width))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.Sequential(nn.LayerNorm(width, bias=False), Attention())
            self.feed = nn.Sequential(nn.LayerNorm(width, bias=False), nn.Linear(width, 4 * width, bias=False),
                                      nn.GELU(approximate="tanh"), nn.Linear(4 * width, width, bias=False))

        def forward(self, x):
            x = x + self.attention(x)
            return x + self.feed(x)

    class Gpt(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(vocabulary, width)
            self.positions = nn.Embedding(context, width)
            self.blocks = nn.Sequential(*[Block() for _ in range(layers)])
            self.norm = nn.LayerNorm(width, bias=False)

        def forward(self, ids, following):
            x = self.blocks(self.tokens(ids) + self.positions.weight)
            logits = self.norm(x) @ self.tokens.weight.T
            return functional.cross_entropy(logits.view(-1, vocabulary), following.reshape(-1))

    torch.manual_seed(0)
    network = Gpt()
    for parameter in network.parameters():
        if parameter.dim() == 2:
            nn.init.normal_(parameter, std=0.02)
    run = torch.compile(network) if variant == "compile" else network
    matrices = [p for p in network.parameters() if p.dim() == 2]
    others = [p for p in network.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0}],
                                  lr=1e-3, betas=(0.9, 0.99), fused=True)
    data = torch.tensor(tokens(100_000)) % vocabulary

    def step():
        places = torch.randint(len(data) - context, (batch,))
        windows = torch.stack([data[place : place + context + 1] for place in places])
        optimizer.zero_grad(set_to_none=True)
        loss = run(windows[:, :-1], windows[:, 1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return f"PyTorch {torch.__version__}", step


def main():
    task, variant, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if task == "first_token":
        print(first_token(variant, threads, *sys.argv[4:]), flush=True)
        return
    stream = serving.answers()
    if variant.startswith("llama.cpp"):
        version, step = of_llama_cpp(task, variant, threads, sys.argv[4])
    else:
        import torch

        torch.set_num_threads(threads)
        version, step = of_training(variant) if task == "train" else of_transformers(task, variant, sys.argv[4])
    serving.serve(stream, version, step)


main()
