"""Makes a language model of five megabytes that a real engine can run: word after word, as Python's manual has them.

    python tiny_model.py MODEL.gguf        (with numpy and gguf; half a minute)

It knows which word follows which, and nothing else: the counts of pairs of words, as logarithms, in two matrices whose
product is close to them. Attention and the layer behind it are there, and all zero. So a real engine loads it, streams
from it, counts its tokens and holds it to a grammar, and no weights have to be fetched from anywhere.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any

import gguf
import numpy as np

RANK = 255  # of the two matrices; one dimension more keeps all rows the same length
WIDTH = RANK + 1
WORDS = 1400
CONTEXT = 16_384
LONGEST = 150  # tokens of an answer, more or less
SPECIAL = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
FIRST_PLAIN = len(SPECIAL) + len(BYTES)
END = SPECIAL.index("</s>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def main() -> None:
    """Count, divide, write."""
    text = re.sub(r"\s+", " ", " ".join(topics.values()))
    tokens = vocabulary(text)
    embedding, output, length = factors(pairs(text, tokens))
    write(Path(sys.argv[1]), tokens, embedding, output, length)


def vocabulary(text: str) -> list[str]:
    """Every printable character, and the most frequent words, each with the blank before it."""
    plain = [chr(code) for code in range(33, 127)] + ["▁"]
    words = Counter(re.findall(r" [A-Za-z]{2,}", text)).most_common(WORDS)
    return [*SPECIAL, *BYTES, *plain, *(word.replace(" ", "▁") for word, _ in words)]


def pairs(text: str, tokens: list[str]) -> np.ndarray[Any, Any]:
    """How often which token follows which."""
    number = {token: index for index, token in enumerate(tokens)}
    counts = np.full((len(tokens), len(tokens)), 0.002)
    pieces = re.findall(r" [A-Za-z]{2,}|.", text)
    before = number["▁"]
    for piece in pieces:
        token = piece.replace(" ", "▁")
        for part in [token] if token in number else token:
            after = number.get(part, before)
            counts[before, after] += 1
            before = after
    counts[:, :FIRST_PLAIN] = 1e-6  # neither bytes nor marks are ever said
    counts[:, END] = counts.sum(1) / LONGEST  # it knows no sentences; sooner or later it stops
    return counts


def factors(counts: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], float]:
    """Two matrices whose product is close to the logarithms, with rows of one length, which the engine divides by."""
    logits = np.log(counts / counts.sum(1, keepdims=True))
    left, sizes, right = np.linalg.svd(logits - logits.mean(1, keepdims=True), full_matrices=False)
    root = np.sqrt(sizes[:RANK])
    embedding, output = left[:, :RANK] * root, right[:RANK].T * root
    lengths = (embedding**2).sum(1)
    length = float(np.sqrt(lengths.max()))
    rest = np.sqrt(np.maximum(length**2 - lengths, 0))
    return np.column_stack([embedding, rest]), np.column_stack([output, np.zeros(len(output))]), length


def write(
    path: Path, tokens: list[str], embedding: np.ndarray[Any, Any], output: np.ndarray[Any, Any], length: float
) -> None:
    """As llama.cpp reads it."""
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * FIRST_PLAIN + [-float(n) for n in range(95)] + [1000.0 - n for n in range(WORDS)])
    writer.add_token_types(
        [gguf.TokenType.UNKNOWN, *[gguf.TokenType.CONTROL] * 4, *[gguf.TokenType.BYTE] * 256]
        + [gguf.TokenType.NORMAL] * (len(tokens) - FIRST_PLAIN)
    )
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(END)
    writer.add_eot_token_id(4)
    writer.add_add_space_prefix(False)  # or a grammar would not know its own beginning again
    writer.add_chat_template(TEMPLATE)
    single = np.float32
    writer.add_tensor("token_embd.weight", embedding.astype(single))
    writer.add_tensor("output.weight", output.astype(single))
    writer.add_tensor("output_norm.weight", np.full(WIDTH, length / np.sqrt(WIDTH), single))
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{name}.weight", np.ones(WIDTH, single))
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((WIDTH, WIDTH), single))
    writer.add_tensor("blk.0.ffn_gate.weight", np.zeros((64, WIDTH), single))
    writer.add_tensor("blk.0.ffn_up.weight", np.zeros((64, WIDTH), single))
    writer.add_tensor("blk.0.ffn_down.weight", np.zeros((WIDTH, 64), single))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
