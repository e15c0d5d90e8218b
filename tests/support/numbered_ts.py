"""MPEG-TS packets with numbers: a reader sees what is out of order, repeated, lost or torn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

PACKET = 188
_HEAD = 4
_BLOCK = 256  # packets
_MAGIC = b"ytops"
_NUMBER = slice(_HEAD + len(_MAGIC) + 1, _HEAD + len(_MAGIC) + 9)


def packet(number: int, source: int = 0) -> bytes:
    """Packet `number` of the stream as the upstream `source` sends it."""
    head = bytes((0x47, 0x01, 0x00, 0x10 | number & 0x0F))
    text = _MAGIC + bytes((source,)) + number.to_bytes(8, "big")
    return head + text + bytes((number * 7 & 0xFF,)) * (PACKET - len(head) - len(text))


def packets(first: int, count: int, source: int = 0) -> bytes:
    """`count` packets from number `first` on."""
    begin, end = first // _BLOCK, (first + count) // _BLOCK
    blocks = b"".join(_block(index, source) for index in range(begin, end + 1))
    skipped = (first - begin * _BLOCK) * PACKET
    return blocks[skipped : skipped + count * PACKET]


@lru_cache(maxsize=256)
def _block(index: int, source: int) -> bytes:
    """Many clients at the same place of a stream need its packets made only once."""
    numbers = range(index * _BLOCK, (index + 1) * _BLOCK)
    return b"".join(packet(number, source) for number in numbers)


@dataclass(frozen=True)
class Reading:
    """What a client got."""

    numbers: list[int]
    sources: list[int]

    @property
    def gaps(self) -> int:
        """How often numbers were skipped."""
        pairs = zip(self.numbers, self.numbers[1:])
        return sum(later != earlier + 1 for earlier, later in pairs)

    @property
    def source_order(self) -> list[int]:
        """The sources in the order they were heard, each run of one once."""
        order: list[int] = []
        for source in self.sources:
            if order[-1:] != [source]:
                order.append(source)
        return order


def read_packets(data: bytes) -> Reading:
    """
    The packets of a client's body: each whole and unharmed, each number above the one before it.
    The last packet may still be under way.
    """
    numbers, sources = [], []
    for start in range(0, len(data) - PACKET + 1, PACKET):
        piece = bytes(data[start : start + PACKET])
        assert piece[0] == 0x47, f"no packet begins at byte {start}: {piece[:20].hex()}"
        number, source = int.from_bytes(piece[_NUMBER], "big"), piece[_HEAD + len(_MAGIC)]
        assert piece == packet(number, source), f"packet {number} at byte {start} is torn"
        if numbers:
            assert number > numbers[-1], f"{number} comes after {numbers[-1]} at byte {start}"
        numbers.append(number)
        sources.append(source)
    return Reading(numbers, sources)
