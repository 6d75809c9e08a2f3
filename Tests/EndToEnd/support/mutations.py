"""Frames with faults in them, from a seed, and what must come of them by RFC 6455 and the contract."""

import codecs
import random
import struct

from .frames import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close, frame, fragments, masked)

MESSAGE_BYTES_MAX = 16_384
FRAGMENTS_MAX = 1_024
TEXTS = [b'{"type":"ping"}', b'{"type":"subscribe","id":"1","accounts":"all"}',
         b'{"type":"unsubscribe","accounts":"all"}', b'{"type":"ack","positions":{}}',
         b'{"type":"event.interaction","id":"1","data":{"a":[1,2.5,"\xc5\xbc"]}}', b"[]", b"",
         '{"type":"żółć 🏦"}'.encode(), b'{"type":"ping"' + b" " * 300 + b"}"]
BYTES = [0x00, 0x01, 0x7D, 0x7E, 0x7F, 0x80, 0x88, 0xC0, 0xED, 0xF4, 0xFE, 0xFF]


def stream(choose: random.Random) -> bytes:
    """Some frames, mostly right ones, then a few faults, then a close."""
    parts = [part for _ in range(choose.randint(1, 5)) for part in frames(choose)]
    if choose.random() < 0.2:
        choose.shuffle(parts)
    data = b"".join(parts)
    for _ in range(choose.choice([0, 1, 1, 2, 4])):
        data = mutated(data, choose)
    return data + close(1000)


def frames(choose: random.Random) -> list[bytes]:
    """One thing that a client says, perhaps with a fault that the frame itself can have."""
    text = choose.choice(TEXTS)
    kind = choose.randrange(8)
    if kind < 3:
        return [frame(TEXT, text)]
    if kind == 3:
        return fragments([text[:3], text[3:8], text[8:]])
    if kind == 4:
        return [frame(choose.choice([PING, PONG]), choose.randbytes(choose.choice([0, 4, 125])))]
    if kind == 5:
        return [frame(TEXT, mutated(text, choose))]
    if kind == 6:
        return [frame(TEXT, text[:5], fin=False), frame(PING, b"x"), frame(CONTINUATION, text[5:])]
    return [wrong(text, choose)]


def wrong(text: bytes, choose: random.Random) -> bytes:
    return choose.choice([
        lambda: frame(choose.randrange(16), text, fin=choose.random() < 0.5),
        lambda: frame(TEXT, text, rsv=choose.randrange(8)),
        lambda: frame(TEXT, text, mask=choose.choice([None, bytes(4), choose.randbytes(4)])),
        lambda: frame(TEXT, text, length=choose.choice([0, 125, 126, 16_384, 16_385, 65_535, 1 << 62,
                                                        1 << 63, (1 << 64) - 1])),
        lambda: frame(TEXT, text, width=choose.choice([2, 8])),
        lambda: close(choose.choice([0, 999, 1000, 1004, 1005, 1015, 3000, 4999, 5000, 65_535]), text[:120]),
        lambda: frame(CLOSE, choose.randbytes(choose.randrange(4))),
        lambda: frame(choose.choice([PING, PONG]), bytes(choose.choice([126, 70_000]))),
        lambda: frame(TEXT, text, fin=False) * 2,
    ])()


def mutated(data: bytes, choose: random.Random) -> bytes:
    """The bytes with one thing wrong somewhere."""
    start = choose.randrange(len(data) + 1)
    end = min(len(data), start + choose.choice([1, 1, 2, 4, 16, 64]))
    return choose.choice([
        lambda: data[:start] + bytes(byte ^ 1 << choose.randrange(8) for byte in data[start:start + 1])
        + data[start + 1:],
        lambda: data[:start] + bytes([choose.choice(BYTES)]) + data[start + 1:],
        lambda: data[:start] + data[end:],
        lambda: data[:end] + data[start:],
        lambda: data[:start] + choose.randbytes(end - start) + data[start:],
        lambda: data[:start],
    ])()


def verdict(data: bytes) -> int | None:
    """How the server ends a connection on which this is sent: the code of its close, or None when
    the end of a frame is still to come. Of two faults the first that can be seen counts."""
    return Model(data).run()


class Ends(Exception):
    def __init__(self, code: int | None):
        self.code = code


class Model:
    """A second opinion on the frame parser: all bytes at once, nothing fast."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0
        self.size: int | None = None  # of the message under way
        self.fragments = 0
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def run(self) -> int | None:
        try:
            while True:
                self.frame()
        except Ends as end:
            return end.code

    def take(self, count: int) -> bytes:
        taken = self.data[self.at:self.at + count]
        if len(taken) < count:
            raise Ends(None)
        self.at += count
        return taken

    def must(self, holds: bool, code: int = 1002) -> None:
        if not holds:
            raise Ends(code)

    def frame(self) -> None:
        first = self.take(1)[0]
        fin, opcode = first >= 0x80, first & 0x0F
        self.must(first & 0x70 == 0 and opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
        self.must(opcode < 8 or fin)
        second = self.take(1)[0]
        self.must(second >= 0x80)
        self.must(opcode < 8 or second & 0x7F <= 125)
        self.must(opcode != BINARY, 1003)
        length = self.length(second & 0x7F)
        self.must(length <= max(125, MESSAGE_BYTES_MAX - (self.size or 0)), 1009)
        mask = self.take(4)
        if opcode >= 8:
            return self.control(opcode, masked(self.take(length), mask))
        self.must((opcode == CONTINUATION) == (self.size is not None))
        self.fragments = self.fragments + 1 if opcode == CONTINUATION else 1
        self.size = (self.size or 0) + length
        self.must(self.fragments <= FRAGMENTS_MAX and self.size <= MESSAGE_BYTES_MAX, 1009)
        self.text(masked(self.data[self.at:self.at + length], mask), length, fin)

    def length(self, told: int) -> int:
        if told < 126:
            return told
        length = int.from_bytes(self.take(2 if told == 126 else 8), "big")
        self.must((125 if told == 126 else 0xFFFF) < length < 1 << 63)
        return length

    def text(self, came: bytes, length: int, fin: bool) -> None:
        try:
            self.decoder.decode(came, fin and len(came) == length)
        except UnicodeDecodeError:
            raise Ends(1007) from None
        # Python waits for a surrogate's third byte, though its second can't be right.
        waits = self.decoder.getstate()[0]
        self.must(not (waits[:1] == b"\xed" and waits[1:] >= b"\xa0"), 1007)
        self.take(length)
        if fin:
            self.size = None

    def control(self, opcode: int, payload: bytes) -> None:
        if opcode != CLOSE:
            return
        if not payload:
            raise Ends(1000)
        self.must(len(payload) >= 2)
        code = struct.unpack(">H", payload[:2])[0]
        self.must(1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999)
        try:
            payload[2:].decode()
        except UnicodeDecodeError:
            raise Ends(1007) from None
        raise Ends(code)
