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

    import torch_gpt

    sizes = torch_gpt.SIZES["nano"]
    context, batch, vocabulary = sizes["context"], 12, sizes["vocabulary"]
    torch.manual_seed(0)
    network = torch_gpt.Gpt(**sizes)
    run = torch.compile(network) if variant == "compile" else network
    optimizer = torch_gpt.adamw(network)
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


if __name__ == "__main__":
    main()
