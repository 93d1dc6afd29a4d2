"""A model whose words are written beforehand. scripted_model.py OUT CALL RESULT FINAL: writes a GGUF file.

It says CALL where it has tools and no result of one, FINAL where a result holds RESULT, else nothing.
Each token has one successor: a token's embedding is a direction of its own, the only layer adds nothing
to it, and the output weighs that direction for the token that is to follow. What it says is decided by
the chat template, which ends a prompt with a mark for it.

Runs in the environment of requirements-llama.txt.
"""

import json
import pathlib
import sys

import gguf
import numpy

CALL, FINAL, END = "<|call|>", "<|final|>", "<|im_end|>"
PIECE = 8
"""Characters that are said at once, so that a stream has several pieces."""
CONTEXT = 262_144
"""Tokens: nearly every byte of an agent's prompt is one."""
HEAD = 32
"""The one head's width. llama.cpp's kernels take no less than a block of 32."""

SURE = 8
"""The weight of a successor: no temperature that a client asks for makes another token likely."""

TURNS = pathlib.Path(__file__).with_name("llama_template.jinja")
CHOICE = """
{%- set results = messages | selectattr("role", "equalto", "tool") | list %}
{%- if add_generation_prompt and tools and not results %}
{{- "CALL" }}
{%- elif add_generation_prompt and results and RESULT in results[-1].content %}
{{- "FINAL" }}
{%- endif %}
"""


def template(result):
    """The chat template of the tests' other model, with what is said next at its end."""
    choice = CHOICE.replace("RESULT", json.dumps(result))
    choice = choice.replace("CALL", CALL).replace("FINAL", FINAL)
    return TURNS.read_text().rstrip() + choice.rstrip()


def letters():
    """The character by which a vocabulary of GPT-2's kind writes each byte."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (byte for byte in range(256) if byte not in printable)
    written = {byte: chr(byte) for byte in printable}
    return written | {byte: chr(256 + index) for index, byte in enumerate(others)}


class Vocabulary:
    """Every byte, the marks of turns, and the pieces of what is said, with their successors."""

    def __init__(self, said):
        self.letters = letters()
        self.texts = [self.letters[byte] for byte in range(256)]
        self.marks = {mark: self.add(mark) for mark in (END, "<|im_start|>", *said)}
        self.end = self.marks[END]
        self.successors = {}
        for mark, text in said.items():
            self.say(self.marks[mark], text)

    def add(self, text):
        self.texts.append(text)
        return len(self.texts) - 1

    def say(self, last, text):
        for start in range(0, len(text), PIECE):
            piece = text[start : start + PIECE]
            written = "".join(self.letters[byte] for byte in piece.encode())
            if written in self.texts:
                # A token must have one successor: what occurs twice can't be one piece.
                raise SystemExit(f"the piece {piece!r} occurs twice; word the script otherwise")
            self.successors[last] = last = self.add(written)

    @property
    def types(self):
        marks = set(self.marks.values())
        return [
            gguf.TokenType.CONTROL if token in marks else gguf.TokenType.NORMAL
            for token in range(len(self.texts))
        ]


def tensors(vocabulary, width):
    """The weights, by their names in a GGUF file; the layer's are zero."""
    count = len(vocabulary.texts)
    output = numpy.zeros((count, width))
    for token in range(count):
        output[vocabulary.successors.get(token, vocabulary.end), token] = SURE
    named = {
        "token_embd": numpy.eye(count, width),
        "output": output,
        "output_norm": numpy.ones(width),
        "blk.0.attn_norm": numpy.ones(width),
        "blk.0.ffn_norm": numpy.ones(width),
    }
    for name in ("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up"):
        named[f"blk.0.{name}"] = numpy.zeros((HEAD, width))
    for name in ("attn_output", "ffn_down"):
        named[f"blk.0.{name}"] = numpy.zeros((width, HEAD))
    return {name: weights.astype(numpy.float32) for name, weights in named.items()}


def write(path, call, result, final):
    vocabulary = Vocabulary({CALL: call, FINAL: final})
    count = len(vocabulary.texts)
    width = -(-count // 32) * 32
    file = gguf.GGUFWriter(path, "llama")
    file.add_name("scripted")
    file.add_vocab_size(count)
    file.add_context_length(CONTEXT)
    file.add_embedding_length(width)
    file.add_block_count(1)
    file.add_feed_forward_length(HEAD)
    file.add_head_count(1)
    file.add_head_count_kv(1)
    file.add_key_length(HEAD)
    file.add_value_length(HEAD)
    file.add_rope_dimension_count(HEAD)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_tokenizer_model("gpt2")
    file.add_tokenizer_pre("gpt-2")
    file.add_token_list(vocabulary.texts)
    file.add_token_types(vocabulary.types)
    # Without any merge llama.cpp takes the vocabulary for broken.
    file.add_token_merges(["h e"])
    file.add_eos_token_id(vocabulary.end)
    file.add_add_bos_token(False)
    file.add_chat_template(template(result))
    for name, weights in tensors(vocabulary, width).items():
        file.add_tensor(name + ".weight", weights)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


if __name__ == "__main__":
    write(*sys.argv[1:])
