"""The layers of text models: a token is a sample, so a case's batch is its rows. PyTorch in float64, as in layers.py."""
import torch
import transformers
from torch import nn
from transformers.models.llama import modeling_llama as llama

from cases.layers import drawn, values


def embeddings(store):
    def case(name, vocabulary, width, ids):
        module = nn.Embedding(vocabulary, width).double()
        with torch.no_grad():
            module.weight.copy_(values(f"{name}/weight", (vocabulary, width)))
        y = module(torch.tensor(ids))
        dy = values(f"{name}/dy", y.shape)
        y.backward(dy)
        # An id has no gradient.
        for key, tensor in dict(x=torch.tensor(ids)[:, None], y=y, dy=dy, dx=torch.zeros(len(ids), 1)).items():
            store.add(f"{name}/{key}", tensor)
        store.add(f"{name}/weight", module.weight)
        store.add(f"{name}/weight.grad", module.weight.grad)

    case("embedding_5_3", 5, 3, [4, 0, 4, 2, 4])
    case("embedding_9_70", 9, 70, [8, 8, 1, 0, 3, 1, 8])


def texts_of(store, name, texts):
    """(rows, position of the first) of each text; the positions of all rows."""
    store.add(f"{name}/texts", torch.tensor(texts))
    return torch.cat([torch.arange(position, position + rows) for rows, position in texts])


class Positional(nn.Module):
    def __init__(self, context, width, positions):
        super().__init__()
        table = nn.Embedding(context, width)
        self.weight, self.positions = table.weight, positions

    def forward(self, x):
        return x + nn.functional.embedding(self.positions, self.weight)


def positional_embeddings(store):
    def case(name, context, width, texts):
        positions = texts_of(store, name, texts)
        drawn(store, name, Positional(context, width, positions), len(positions), width)

    case("positional_embedding_4_3", 4, 3, [(4, 0)])
    case("positional_embedding_9_20", 9, 20, [(3, 0), (1, 8), (5, 2)])


class CausalAttention(nn.Module):
    """On the joint queries, keys and values of each row. One text after the other, as no mask knows of several."""

    def __init__(self, heads, key_value_heads, texts):
        super().__init__()
        self.heads, self.key_value_heads, self.texts = heads, key_value_heads, texts

    def forward(self, x):
        width = x.shape[1] // (self.heads + 2 * self.key_value_heads)
        results = []
        for text in x.split([rows for rows, _ in self.texts]):
            q, k, v = (part.transpose(0, 1)[None] for part in text.view(len(text), -1, width).split(
                [self.heads, self.key_value_heads, self.key_value_heads], dim=1))
            y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
            results.append(y[0].transpose(0, 1).reshape(len(text), -1))
        return torch.cat(results)


def rotary_config(heads, key_value_heads, width, theta, scaling):
    return transformers.LlamaConfig(hidden_size=heads * width, num_attention_heads=heads,
                                    num_key_value_heads=key_value_heads, max_position_embeddings=131072,
                                    rope_parameters={"rope_theta": theta, "rope_type": "default"} | scaling)


class Rotary(nn.Module):
    """transformers' angles, cosines and sines in its float32; the turning itself in float64."""

    def __init__(self, heads, key_value_heads, width, positions, theta, scaling):
        super().__init__()
        self.parts = [heads * width, key_value_heads * width, key_value_heads * width]
        self.width = width
        rotary = llama.LlamaRotaryEmbedding(rotary_config(heads, key_value_heads, width, theta, scaling))
        self.turns = rotary(torch.zeros(1), positions[None])

    def forward(self, x):
        q, k, v = x.split(self.parts, dim=1)
        q, k = (part.view(1, len(x), -1, self.width).transpose(1, 2) for part in (q, k))
        q, k = llama.apply_rotary_pos_emb(q, k, *(part.double() for part in self.turns))
        return torch.cat([part[0].transpose(0, 1).reshape(len(x), -1) for part in (q, k)] + [v], dim=1)


LLAMA3 = dict(rope_type="llama3", factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=8192)


def rotary(store):
    def case(name, heads, key_value_heads, width, texts, theta=10000.0, **scaling):
        positions = texts_of(store, name, texts)
        module = Rotary(heads, key_value_heads, width, positions, theta, scaling)
        drawn(store, name, module, len(positions), (heads + 2 * key_value_heads) * width)

    case("rotary_1_1_2", 1, 1, 2, [(3, 0)])
    case("rotary_3_1_6", 3, 1, 6, [(2, 5), (1, 0), (2, 8000)], theta=1234.5)
    case("rotary_2_1_64", 2, 1, 64, [(1, 0), (1, 1), (2, 8000), (1, 130000)], theta=100000.0)
    case("rotary_1_1_128_llama3", 1, 1, 128, [(1, 1), (1, 500), (1, 8000), (1, 100000)], theta=500000.0, **LLAMA3)
    case("rotary_1_1_32_linear", 1, 1, 32, [(1, 3), (1, 8000)], rope_type="linear", factor=2.5)


def attention(store):
    def case(heads, key_value_heads, width, rows, scale=1.0):
        name = f"attention_{heads}_{key_value_heads}_{width}"
        texts = [(count, 0) for count in rows]
        texts_of(store, name, texts)
        drawn(store, name, CausalAttention(heads, key_value_heads, texts), sum(rows),
              (heads + 2 * key_value_heads) * width, scale=scale)

    case(1, 1, 3, [4])
    case(2, 2, 8, [1, 9, 3])
    case(4, 2, 5, [7, 2], scale=3.0)
    case(3, 1, 64, [18])
    case(6, 2, 32, [1, 17], scale=8.0)  # almost one key alone


class Gated(nn.Module):
    def __init__(self, activation):
        super().__init__()
        self.activation = activation

    def forward(self, x):
        gate, value = x.chunk(2, dim=-1)
        return self.activation(gate) * value


def gates(store):
    drawn(store, "gated_silu", Gated(nn.SiLU()), 3, 38, scale=2.0)
    drawn(store, "gated_sigmoid", Gated(nn.Sigmoid()), 2, 10, scale=2.0)  # a derivative from the output
    drawn(store, "gated_gelu_tanh", Gated(nn.GELU(approximate="tanh")), 2, 66)


class Sinusoid(nn.Module):
    """diffusers' Timesteps(width, flip_sin_to_cos=True, downscale_freq_shift=0, scale=scale)."""

    def __init__(self, width, scale=1.0, max_period=10000.0):
        super().__init__()
        self.half, self.scale, self.max_period = width // 2, scale, max_period

    def forward(self, x):
        frequencies = self.max_period ** (-torch.arange(self.half, dtype=torch.float64) / self.half)
        angles = self.scale * x * frequencies
        return torch.cat([angles.cos(), angles.sin()], dim=1)


def sinusoids(store):
    drawn(store, "sinusoid_2", Sinusoid(2), 3, 1)
    drawn(store, "sinusoid_128", Sinusoid(128), 5, 1, scale=300.0, offset=500.0)
    drawn(store, "sinusoid_34_1000", Sinusoid(34, 1000.0, 500.0), 4, 1, offset=0.5)
