"""A GPT of GPT-2's family in PyTorch, for the races: training, and the next token of a text with a static cache."""
import torch
from torch import nn
from torch.nn import functional

# Names of GPT2Config. nano: what nanoGPT trains on a small text; small: openai-community/gpt2, 124 million parameters.
SIZES = {"nano": dict(vocabulary=65, context=64, width=128, layers=4, heads=4, bias=False),
         "small": dict(vocabulary=50257, context=1024, width=768, layers=12, heads=12, bias=True)}


class Attention(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.heads = heads
        self.joint = nn.Linear(width, 3 * width, bias=bias)
        self.output = nn.Linear(width, width, bias=bias)

    def parts(self, x):
        batch, context, width = x.shape
        return self.joint(x).view(batch, context, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)

    def forward(self, x):
        y = functional.scaled_dot_product_attention(*self.parts(x), is_causal=True)
        return self.output(y.transpose(1, 2).reshape(x.shape))

    def keep(self, positions, like):
        """Memory for the keys and values of that many positions of one text."""
        shape = (1, self.heads, positions, self.output.weight.shape[0] // self.heads)
        self.register_buffer("keys", torch.zeros(shape, device=like.device), persistent=False)
        self.register_buffer("values", torch.zeros(shape, device=like.device), persistent=False)

    def next(self, x, position, mask):
        """The same of one token behind those before it."""
        query, key, value = self.parts(x)
        self.keys.index_copy_(2, position, key)
        self.values.index_copy_(2, position, value)
        y = functional.scaled_dot_product_attention(query, self.keys, self.values, attn_mask=mask)
        return self.output(y.transpose(1, 2).reshape(x.shape))


class Block(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(width, bias=bias), Attention(width, heads, bias))
        self.feed = nn.Sequential(nn.LayerNorm(width, bias=bias), nn.Linear(width, 4 * width, bias=bias),
                                  nn.GELU(approximate="tanh"), nn.Linear(4 * width, width, bias=bias))

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.feed(x)

    def next(self, x, position, mask):
        norm, attention = self.attention
        x = x + attention.next(norm(x), position, mask)
        return x + self.feed(x)


class Gpt(nn.Module):
    def __init__(self, vocabulary, context, width, layers, heads, bias):
        super().__init__()
        self.vocabulary = vocabulary
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.Sequential(*[Block(width, heads, bias) for _ in range(layers)])
        self.norm = nn.LayerNorm(width, bias=bias)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids, following):
        """The loss."""
        x = self.blocks(self.tokens(ids) + self.positions.weight[:ids.shape[1]])
        logits = self.norm(x) @ self.tokens.weight.T
        return functional.cross_entropy(logits.view(-1, self.vocabulary), following.reshape(-1))

    def keep(self, positions):
        for block in self.blocks:
            block.attention[1].keep(positions, self.tokens.weight)

    def next(self, token, position):
        """The logits behind one token, (1, 1), at a position, (1), of a text."""
        x = self.tokens(token) + self.positions(position)
        cached = self.blocks[0].attention[1].keys.shape[2]
        mask = torch.arange(cached, device=token.device)[None, None, None, :] <= position
        for block in self.blocks:
            x = block.next(x, position, mask)
        return self.norm(x) @ self.tokens.weight.T


def adamw(network, **options):
    """The optimiser of nanoGPT's training: matrices alone decay."""
    matrices = [p for p in network.parameters() if p.dim() == 2]
    others = [p for p in network.parameters() if p.dim() < 2]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0}],
                             lr=1e-3, betas=(0.9, 0.99), fused=True, **options)
