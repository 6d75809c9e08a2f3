"""RFC 6455 over the wire: the cases of the Autobahn test suite, which is what implementers agreed on
(https://github.com/crossbario/autobahn-testsuite), with its section numbers.

This server is no echo: a message of any length is `{"type":"ping"}` padded with spaces, answered by
`pong`; text that is no JSON is answered by an `error`; binary messages are refused with 1003.
"""

import pytest

from support.arena import Arena, assert_exchange
from support.frames import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close, cut, frame,
                            fragments)

MESSAGE_BYTES_MAX = 16_384
RESERVED = [*range(0x3, 0x8), *range(0xB, 0x10)]


def ping(length: int = 15) -> bytes:
    """A message of so many bytes that is answered by `pong`."""
    return b'{"type":"ping"' + b" " * (length - 15) + b"}"


SAY = frame(TEXT, ping())
HEAD, TAIL = ping(40)[:17], ping(40)[17:]


@pytest.fixture(autouse=True)
def nobody_else_notices(arena: Arena):
    yield
    arena.assert_unharmed()


def cases(section: str, rows: list[tuple]) -> list:
    """Parameters from rows of what it is, what is sent, what is heard and how it is chopped."""
    return [pytest.param(row[1], row[2], row[3] if len(row) > 3 else None, id=f"{section}.{row[0]}")
            for row in rows]


FRAMING = cases("1", [
    ("1 text of 0 bytes", frame(TEXT), ["error:invalid_json"]),
    *[(f"1 text of {length} bytes", frame(TEXT, ping(length)), ["pong"])
      for length in (15, 125, 126, 127, 128, MESSAGE_BYTES_MAX)],
    *[(f"1 text of {length} bytes", frame(TEXT, ping(length)), [1009]) for length in (65_535, 65_536)],
    *[(f"1 text of {length} bytes in chops of {chop}", frame(TEXT, ping(length)), ["pong"], chop)
      for length, chop in ((128, 1), (MESSAGE_BYTES_MAX, 997))],
    ("1 text of 65536 bytes in chops of 997", frame(TEXT, ping(65_536)), [1009], 997),
    ("1 two messages in one write", SAY + SAY, ["pong", "pong"]),
    ("1 a mask of zeros", frame(TEXT, ping(), mask=bytes(4)), ["pong"]),
    *[(f"2 binary of {length} bytes", frame(BINARY, b"\xfe" * length), [1003])
      for length in (0, 125, 126, 127, 128, 65_535, 65_536)],
    ("2 binary of 65536 bytes in chops of 997", frame(BINARY, b"\xfe" * 65_536), [1003], 997),
    ("2 binary in two fragments", fragments([b"\xfe", b"\xfe"], BINARY), [1003]),
    ("2 binary after a message", [SAY, frame(BINARY, b"\xfe")], ["pong", 1003]),
    *[(f"3 unmasked, opcode {opcode:#x}", frame(opcode, ping(), mask=None), [1002])
      for opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)],
    ("3 unmasked after a message", [SAY, frame(TEXT, ping(), mask=None)], ["pong", 1002]),
])

PINGS = cases("2", [
    ("1 empty", frame(PING), [b""]),
    ("2 with text", frame(PING, b"Hello, world!"), [b"Hello, world!"]),
    ("3 with bytes that are no text", frame(PING, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
     [b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"]),
    ("4 of 125 bytes", frame(PING, b"\xfe" * 125), [b"\xfe" * 125]),
    ("5 of 126 bytes", frame(PING, b"\xfe" * 126), [1002]),
    ("5 a length of 64 bits", frame(PING, b"\xfe" * 9, width=8), [1002]),
    ("6 of 125 bytes in chops of 1", frame(PING, b"\xfe" * 125), [b"\xfe" * 125], 1),
    ("7 unasked pong, empty", frame(PONG), []),
    ("8 unasked pong with a payload", frame(PONG, b"unasked"), []),
    ("9 unasked pong, then a ping", [frame(PONG, b"unasked"), frame(PING, b"asked")], [b"asked"]),
    ("9 pong of 126 bytes", frame(PONG, b"\xfe" * 126), [1002]),
    ("10 ten", [frame(PING, b"payload %d" % number) for number in range(10)],
     [b"payload %d" % number for number in range(10)]),
    ("11 ten in chops of 1", [frame(PING, b"payload %d" % number) for number in range(10)],
     [b"payload %d" % number for number in range(10)], 1),
])

RESERVED_BITS = cases("3", [
    ("1 RSV 1", frame(TEXT, ping(), rsv=1), [1002]),
    ("2 RSV 2 after a message", [SAY, frame(TEXT, ping(), rsv=2), SAY], ["pong", 1002]),
    ("3 RSV 3 after a message, in one write", SAY + frame(TEXT, ping(), rsv=3) + SAY, ["pong", 1002]),
    ("4 RSV 4 in chops of 1", SAY + frame(TEXT, ping(), rsv=4) + SAY, ["pong", 1002], 1),
    ("5 RSV 5 on binary", frame(BINARY, b"\xff" * 8, rsv=5), [1002]),
    ("6 RSV 6 on a ping", frame(PING, b"ping", rsv=6), [1002]),
    ("7 RSV 7 on a close", frame(CLOSE, b"\x03\xe8", rsv=7), [1002]),
    ("8 RSV 1 on a continuation",
     [frame(TEXT, HEAD, fin=False), frame(CONTINUATION, TAIL, rsv=1)], [1002]),
])

OPCODES = [one for opcode in RESERVED for one in cases("4.2" if opcode > 7 else "4.1", [
    (f"{opcode} empty", frame(opcode), [1002]),
    (f"{opcode} with a payload", frame(opcode, b"reserved"), [1002]),
    (f"{opcode} after a message", [SAY, frame(opcode), frame(PING)], ["pong", 1002]),
    (f"{opcode} after a message in one write", SAY + frame(opcode, b"reserved") + SAY, ["pong", 1002]),
    (f"{opcode} in chops of 1", SAY + frame(opcode, b"reserved") + SAY, ["pong", 1002], 1),
    (f"{opcode} not final", frame(opcode, b"reserved", fin=False), [1002]),
])]

FIVE = cut(ping(50), 10)
FIVE_WITH_PINGS = [part for number, one in enumerate(fragments(FIVE))
                   for part in (one, frame(PING, b"%d" % number))]
FRAGMENTS = cases("5", [
    ("1 ping in two fragments", [frame(PING, b"a", fin=False), frame(CONTINUATION, b"b")], [1002]),
    ("2 pong in two fragments", [frame(PONG, b"a", fin=False), frame(CONTINUATION, b"b")], [1002]),
    ("3 text in two fragments", fragments([HEAD, TAIL]), ["pong"]),
    ("4 text in two fragments, one write", b"".join(fragments([HEAD, TAIL])), ["pong"]),
    ("5 text in two fragments, chops of 1", fragments([HEAD, TAIL]), ["pong"], 1),
    *[(f"{number} a ping between two fragments{how}",
       [frame(TEXT, HEAD, fin=False), frame(PING, b"between"), frame(CONTINUATION, TAIL)],
       [b"between", "pong"], chop)
      for number, how, chop in ((6, "", None), (7, ", one write", 10**6), (8, ", chops of 1", 1))],
    *[(f"{number} continuation of nothing, {name}{how}",
       [frame(CONTINUATION, b"nothing", fin=fin), SAY], [1002], chop)
      for number, name, fin, how, chop in (
          (9, "final", True, "", None), (10, "final", True, ", one write", 10**6),
          (11, "final", True, ", chops of 1", 1), (12, "not final", False, "", None),
          (13, "not final", False, ", one write", 10**6), (14, "not final", False, ", chops of 1", 1))],
    ("15 continuation of a whole message",
     [*fragments([HEAD, TAIL]), frame(CONTINUATION, b"x", fin=False), SAY], ["pong", 1002]),
    ("16 continuation, not final, then text",
     [frame(CONTINUATION, b"x", fin=False), frame(TEXT, HEAD, fin=False), frame(CONTINUATION, TAIL)],
     [1002]),
    ("17 continuation, final, then text",
     [frame(CONTINUATION, b"x"), frame(TEXT, HEAD, fin=False), frame(CONTINUATION, TAIL)], [1002]),
    ("18 a new text inside a fragmented one", [frame(TEXT, HEAD, fin=False), frame(TEXT, TAIL)], [1002]),
    ("18 a binary inside a fragmented text", [frame(TEXT, HEAD, fin=False), frame(BINARY, TAIL)], [1003]),
    ("19 five fragments with pings between", FIVE_WITH_PINGS,
     [b"0", b"1", b"2", b"3", "pong", b"4"]),
    ("20 five fragments with pings between, chops of 1", FIVE_WITH_PINGS,
     [b"0", b"1", b"2", b"3", "pong", b"4"], 1),
    ("20 fragments of two messages", fragments([HEAD, TAIL]) * 2, ["pong", "pong"]),
])

AFTER = [frame(TEXT, ping()), frame(PING, b"after")]
ALLOWED_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
                 4000, 4401, 4999]
FORBIDDEN_CODES = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]
CLOSING = cases("7", [
    ("1.1 a message, then a close", [SAY, close()], ["pong", 1000]),
    ("1.2 two closes", [close(), close()], [1000]),
    ("1.3 a ping after the close", [close(), frame(PING)], [1000]),
    ("1.4 text after the close", [close(), SAY], [1000]),
    ("1.5 a close between fragments",
     [frame(TEXT, HEAD, fin=False), close(), frame(CONTINUATION, TAIL)], [1000]),
    ("1.6 a close after 256 KiB of pings", [*[frame(TEXT, ping(16_384))] * 16, close(), frame(PING)],
     [*["pong"] * 16, 1000]),
    ("1.7 garbage after the close", [close(), b"\xff" * 4_096], [1000]),
    ("1.8 all in one write", [close() + b"".join(AFTER)], [1000]),
    ("3.1 no payload", close(None), [1000]),
    ("3.2 a payload of one byte", frame(CLOSE, b"\x03"), [1002]),
    ("3.3 a code", close(), [1000]),
    ("3.4 a code and a reason", close(1000, "Auf Wiederhören".encode()), [1000]),
    ("3.5 a reason of 123 bytes", close(1000, b"*" * 123), [1000]),
    ("3.6 a reason of 124 bytes", close(1000, b"*" * 124), [1002]),
    ("3.7 not final", frame(CLOSE, b"\x03\xe8", fin=False), [1002]),
    ("3.8 in chops of 1", close(1000, b"bye"), [1000], 1),
    ("5.1 a reason that is not UTF-8", close(1000, b"\xce\xba\xed\xa0\x80edited"), [1007]),
    ("5.2 a reason cut inside a character", close(1000, "é".encode()[:1]), [1007]),
    *[(f"7 code {code}", close(code, b"why"), [code]) for code in ALLOWED_CODES],
    *[(f"9 code {code}", close(code), [1002]) for code in FORBIDDEN_CODES],
    *[(f"13 code {code} with a reason", close(code, b"why"), [1002]) for code in (1005, 5000)],
])

FULL = ping(MESSAGE_BYTES_MAX)
LIMITS = cases("9", [
    ("1 a message as long as allowed", frame(TEXT, FULL), ["pong"]),
    ("1 a byte longer", frame(TEXT, FULL + b" "), [1009]),
    ("1 of 4 MiB, of which only the head is sent", frame(TEXT, length=4 << 20), [1009]),
    *[(f"3 as long as allowed in fragments of {size}", fragments(cut(FULL, size)), ["pong"])
      for size in (64, 256, 1_024, 4_096, 16_384)],
    *[(f"4 a byte longer in fragments of {size}", fragments(cut(FULL + b" ", size)), [1009])
      for size in (64, 256, 1_024, 4_096, 16_384)],
    ("4 more fragments than allowed", fragments(cut(ping(1_100), 1)), [1009]),
    ("4 empty fragments without an end",
     b"".join([frame(TEXT, fin=False), *[frame(CONTINUATION, fin=False)] * 2_000]), [1009]),
    *[(f"5 as long as allowed in chops of {chop}", frame(TEXT, FULL), ["pong"], chop)
      for chop in (64, 128, 256, 512, 1_024, 2_048)],
    ("7 two hundred one after another", [SAY] * 200, ["pong"] * 200),
    *[(f"9 a length of {name}", frame(TEXT, length=length, width=8), [code])
      for name, length, code in (("2^32", 1 << 32, 1009), ("2^63 - 1", (1 << 63) - 1, 1009),
                                 ("2^63", 1 << 63, 1002), ("2^64 - 1", (1 << 64) - 1, 1002))],
    ("9 a continuation of 2^63 - 1",
     [frame(TEXT, HEAD, fin=False), frame(CONTINUATION, length=(1 << 63) - 1, width=8)], [1009]),
    *[(f"9 {length} told in {width} bytes", frame(TEXT, ping(max(15, length)), length=length, width=width),
       [1002]) for length, width in ((0, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65_535, 8))],
])

AUTOMATIC = cases("10", [
    ("1.1 as long as allowed in fragments of 1300", fragments(cut(FULL, 1_300)), ["pong"]),
    ("1.1 the same in one write", b"".join(fragments(cut(FULL, 1_300))), ["pong"]),
])


ALL = [*FRAMING, *PINGS, *RESERVED_BITS, *OPCODES, *FRAGMENTS, *CLOSING, *LIMITS, *AUTOMATIC]
#: Nobody may ask more than five things before saying who they are.
BEFORE_AUTH = [case for case in ALL if len(case.values[1]) <= 5]


@pytest.mark.parametrize("sent, heard, chop", ALL)
def test_the_wire_answers_as_rfc_6455_wants(arena: Arena, sent, heard: list, chop: int | None):
    with arena.live() as client:
        assert_exchange(client, sent, heard, chop)


@pytest.mark.parametrize("sent, heard, chop", BEFORE_AUTH)
def test_it_does_so_before_it_knows_who_speaks(arena: Arena, sent, heard: list, chop: int | None):
    with arena.connect() as client:
        assert_exchange(client, sent, heard, chop)
