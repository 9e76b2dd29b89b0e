"""Damages bytes: some edits in a row, from bits to whole pieces of other files."""

import random
import struct
from collections.abc import Callable, Sequence

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Those at which counters and sizes turn over."""
TOKENS = (
    *(b"NaN", b"Infinity", b"-1", b"1e999", b"null", b"[]", b"{}", b'""', b"9" * 40, b"<a>"),
    *(b"\xff\xd8", b"\xff\xda", b"PK\1\2", b"IEND", b"\0", b"../", b"\xc3\xa4", b"a\xcc\x88"),
)
"""Words and marks of the formats."""


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A file with one to six edits.

    Args:
        others: files that pieces are taken from.
    """
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        chance.choice(EDITS)(out, others, chance)
    return bytes(out)


def _place(out: bytearray, chance: random.Random) -> int:
    # Headers say what the rest is, so half of all edits are there.
    return chance.randrange(min(len(out), 128) if chance.random() < 0.5 else len(out))


def _flip(out: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    if out:
        out[_place(out, chance)] ^= 1 << chance.randrange(8)


def _byte(out: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    if out:
        out[_place(out, chance)] = chance.randrange(256)


def _number(out: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    if out:
        sign = chance.choice(("<I", ">I", "<H", ">H", "B"))
        packed = struct.pack(sign, chance.choice(NUMBERS) & (2 ** (8 * struct.calcsize(sign)) - 1))
        at = _place(out, chance)
        out[at : at + len(packed)] = packed


def _cut(out: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    if out:
        at = _place(out, chance)
        del out[at : at + chance.choice((1, 4, 64, len(out)))]


def _again(out: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    if out:
        at = _place(out, chance)
        piece = bytes(out[at : at + chance.choice((1, 12, 200))])
        out[at:at] = piece * chance.choice((1, 2, 50))


def _token(out: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    at = _place(out, chance) if out else 0
    out[at : at + chance.choice((0, 1, 4))] = chance.choice(TOKENS)


def _other(out: bytearray, others: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(others)
    if out and other:
        start, at = chance.randrange(len(other)), _place(out, chance)
        out[at:] = other[start:] if chance.random() < 0.5 else other[start : start + 64] + out[at:]


EDITS: tuple[Callable[[bytearray, Sequence[bytes], random.Random], None], ...] = (
    _flip, _byte, _number, _cut, _again, _token, _other,
)  # fmt: skip
