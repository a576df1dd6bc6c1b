#!/usr/bin/env python3
"""Writes data/text/NAME/: small language models of random weights as transformers saves them, and what it says of them.

    config.json, model.safetensors   by save_pretrained
    config_v4.json                   the same configuration in the form of transformers before 5, where the two differ
    expected.golden                  see cases/store.py; TEXT is short or long
        TEXT/ids (tokens), TEXT/logits (tokens, vocabulary),
        TEXT/loss: the mean cross-entropy of the next tokens; long/gradient/PARAMETER: its gradient, with the names
        and shapes of model.safetensors, a tied weight once, with both its uses

Run by hand: `python3 generate_text.py [NAME...]`, half a minute. Made with Python 3.11, PyTorch 2.15.0 and transformers
5.24.0. The models run in float64 on float32 weights; the files hold float32. In float32 transformers itself is off by
up to 1.2e-6 of the largest logit and 5e-6 of a gradient's largest value.
"""
import json
import pathlib
import sys
import tempfile
import zlib

import numpy as np
import torch
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config
from transformers.models.llama import modeling_llama
from transformers.models.mistral import modeling_mistral
from transformers.models.qwen2 import modeling_qwen2
from transformers.models.qwen3 import modeling_qwen3
from transformers.utils import logging

from cases.store import Store

VOCABULARY = 48
LENGTHS = {"short": 7, "long": 37}


def gpt2(**changes):
    given = dict(vocab_size=VOCABULARY, n_positions=40, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    return GPT2Config(**{**given, **changes})


def llama(theta=10000.0, scaling=None, **changes):
    given = dict(vocab_size=VOCABULARY, hidden_size=24, intermediate_size=28, num_hidden_layers=2,
                 num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1,
                 eos_token_id=2, rms_norm_eps=1e-5, tie_word_embeddings=True,
                 rope_parameters={"rope_theta": theta, **(scaling or {"rope_type": "default"})})
    return LlamaConfig(**{**given, **changes})


def qwen2(**changes):
    given = dict(vocab_size=VOCABULARY, hidden_size=24, intermediate_size=28, num_hidden_layers=2,
                 num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1,
                 eos_token_id=2, tie_word_embeddings=True,
                 rope_parameters={"rope_theta": 1000000.0, "rope_type": "default"})
    return Qwen2Config(**{**given, **changes})


def qwen3(**changes):
    given = dict(vocab_size=VOCABULARY, hidden_size=24, intermediate_size=28, num_hidden_layers=2,
                 num_attention_heads=4, num_key_value_heads=2, head_dim=10, max_position_embeddings=64, bos_token_id=1,
                 eos_token_id=2, tie_word_embeddings=True,
                 rope_parameters={"rope_theta": 1000000.0, "rope_type": "default"})
    return Qwen3Config(**{**given, **changes})


def mistral(**changes):
    given = dict(vocab_size=VOCABULARY, hidden_size=24, intermediate_size=28, num_hidden_layers=2,
                 num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64, sliding_window=None,
                 rms_norm_eps=1e-5, rope_parameters={"rope_theta": 1000000.0, "rope_type": "default"})
    return MistralConfig(**{**given, **changes})


# With these numbers one frequency of a head's four is kept, one lies between, and two are divided by the factor.
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}
MODELS = {
    "gpt2": gpt2(),
    "gpt2_untied": gpt2(tie_word_embeddings=False),
    "gpt2_inner": gpt2(n_inner=24, n_head=4, layer_norm_epsilon=1e-3),
    "llama": llama(),
    "llama_untied": llama(tie_word_embeddings=False),
    "llama_all_heads": llama(num_key_value_heads=4, rms_norm_eps=1e-2),
    "llama_one_head": llama(num_key_value_heads=1),
    "llama_biases": llama(attention_bias=True, mlp_bias=True),
    "llama_head_dim": llama(head_dim=8),
    "llama_theta": llama(theta=100000.0),
    "llama_linear": llama(scaling={"rope_type": "linear", "factor": 2.5}),
    "qwen2": qwen2(),
    "qwen2_untied": qwen2(tie_word_embeddings=False, num_key_value_heads=4, rms_norm_eps=1e-5),
    "qwen3": qwen3(),
    "qwen3_untied": qwen3(tie_word_embeddings=False, num_key_value_heads=4, head_dim=6, rms_norm_eps=1e-2),
    "mistral": mistral(),
    # A window that is as long as the context, and a text that fills it.
    "mistral_window": mistral(tie_word_embeddings=True, num_key_value_heads=1, head_dim=10, rms_norm_eps=1e-2,
                              max_position_embeddings=LENGTHS["long"], sliding_window=LENGTHS["long"]),
    "llama_llama3": llama(theta=500000.0, scaling=LLAMA3, hidden_size=32, max_position_embeddings=512),
}


def norm_in_float64(self, x):
    return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))


def rotations_in_float64(self, x, position_ids):
    angles = position_ids[:, :, None].double() * self.inv_freq.double()
    angles = torch.cat((angles, angles), -1)
    return angles.cos() * self.attention_scaling, angles.sin() * self.attention_scaling


def draws(name):
    """What depends on the name alone: a new model leaves the others as they are."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))


def fill(name, model):
    """Weights that make every part of the model count: transformers' own initial values leave biases 0 and norms 1."""
    with torch.no_grad():
        for parameter, tensor in model.named_parameters():
            drawn = draws(f"{name}/{parameter}").standard_normal(tensor.shape)
            if tensor.dim() == 1:
                drawn = 0.3 * drawn + (1 if parameter.endswith("weight") else 0)
            else:
                embedding = "wte" in parameter or "embed" in parameter
                drawn *= 0.8 if embedding else 0.35 if name.startswith("gpt2") else 0.25
            tensor.copy_(torch.from_numpy(drawn.astype(np.float32)))


def version_4(config):
    """config.json as transformers 4 wrote it, or None where nothing differs."""
    fields = json.loads(config.to_json_string())
    rope = fields.pop("rope_parameters", None)
    if rope is None:
        return None
    fields["rope_theta"] = rope.pop("rope_theta")
    fields["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    fields["torch_dtype"] = fields.pop("dtype")
    fields["transformers_version"] = "4.46.0"
    return fields


def expect(store, text, model, ids):
    result = model(input_ids=ids[None], labels=ids[None], use_cache=False)
    store.add(f"{text}/ids", ids)
    store.add(f"{text}/logits", result.logits[0])
    store.add(f"{text}/loss", [result.loss.item()])
    if text == "long":
        result.loss.backward()
        for parameter, tensor in model.named_parameters():
            assert tensor.grad.abs().max() > 1e-4, parameter
            store.add(f"{text}/gradient/{parameter}", tensor.grad)


def write(name, config, folder):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa", dtype=torch.float32)
    fill(name, model)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink()  # says nothing that config.json does not
    older = version_4(model.config)
    model = model.double().eval()  # without dropout
    store = Store()
    texts = {text: torch.from_numpy(draws(f"{name}/{text}").integers(0, config.vocab_size, length))
             for text, length in LENGTHS.items()}
    for text, ids in texts.items():
        expect(store, text, model, ids)
    bytes_written = store.write(folder / "expected.golden")
    if older:
        (folder / "config_v4.json").write_text(json.dumps(older, indent=2, sort_keys=True) + "\n")
        with tempfile.TemporaryDirectory() as other:
            other = pathlib.Path(other)
            (other / "config.json").write_text(json.dumps(older))
            (other / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
            again = AutoModelForCausalLM.from_pretrained(other, attn_implementation="sdpa").double().eval()
            for ids in texts.values():
                assert torch.equal(again(ids[None]).logits, model(ids[None]).logits), f"{name}: config_v4.json"
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, {bytes_written} bytes expected")


def main():
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    # transformers computes these two in float32 whatever the type of the model.
    modeling_llama.LlamaRMSNorm.forward = norm_in_float64
    modeling_llama.LlamaRotaryEmbedding.forward = rotations_in_float64
    modeling_mistral.MistralRMSNorm.forward = norm_in_float64
    modeling_mistral.MistralRotaryEmbedding.forward = rotations_in_float64
    modeling_qwen2.Qwen2RMSNorm.forward = norm_in_float64
    modeling_qwen2.Qwen2RotaryEmbedding.forward = rotations_in_float64
    modeling_qwen3.Qwen3RMSNorm.forward = norm_in_float64
    modeling_qwen3.Qwen3RotaryEmbedding.forward = rotations_in_float64
    for name in sys.argv[1:] or MODELS:
        folder = pathlib.Path(__file__).parent / "data" / "text" / name
        folder.mkdir(parents=True, exist_ok=True)
        write(name, MODELS[name], folder)


main()
