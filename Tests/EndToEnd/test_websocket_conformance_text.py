"""RFC 6455 section 8.1 over the wire: text is UTF-8 (RFC 3629), wherever it is cut. Section 6 of the
Autobahn test suite, most of whose sequences are Markus Kuhn's UTF-8 decoder stress test
(https://www.cl.cam.ac.uk/~mgk25/ucs/examples/UTF-8-test.txt).

Here the sequences are the type of a message: in UTF-8 it is an unknown one, else the wire is closed.
"""

import pytest

from support.arena import Arena, assert_exchange
from support.frames import CONTINUATION, PING, TEXT, cut, frame, fragments

KOSME = "κ\u1f79σμε".encode()
BAD = KOSME + b"\xed\xa0\x80edited"
VALID, INVALID = "error:unknown_type", 1007


@pytest.fixture(autouse=True)
def nobody_else_notices(arena: Arena):
    yield
    arena.assert_unharmed()


def message(sequence: bytes) -> bytes:
    return b'{"type":"' + sequence + b'"}'


def of_length(count: int, last: bool) -> bytes:
    """The first or last sequence of so many bytes in the scheme that once went up to six."""
    low, high = {1: (0x00, 0x7F), 2: (0x80, 0x7FF), 3: (0x800, 0xFFFF), 4: (0x10000, 0x1FFFFF),
                 5: (0x200000, 0x3FFFFFF), 6: (0x4000000, 0x7FFFFFFF)}[count]
    return encoded(high if last else low, count)


def encoded(number: int, count: int) -> bytes:
    """A number in so many bytes, also in more than it needs."""
    if count == 1:
        return bytes([number])
    rest = [0x80 | number >> 6 * place & 0x3F for place in reversed(range(count - 1))]
    return bytes([0xFF << 8 - count & 0xFF | number >> 6 * (count - 1), *rest])


SPLITS = [("whole", None), ("in fragments of 1", 1)]
SEQUENCES = {
    "2": ("valid", VALID, ["Hello-µ@ßöäüàá-UTF-8!!".encode(), "日本国 🏦 Zażółć".encode()]),
    "3": ("a surrogate inside", INVALID, [BAD]),
    "5": ("Greek", VALID, [KOSME]),
    "6": ("cut after a whole character", VALID, [KOSME[:2], KOSME[:5], KOSME[:7], KOSME[:9]]),
    "6b": ("cut inside a character", INVALID, [KOSME[:1], KOSME[:3], KOSME[:6], KOSME[:8], KOSME[:10]]),
    "7": ("first of its length", VALID, [of_length(count, last=False) for count in (2, 3, 4)]),
    "8": ("first of 5 and 6 bytes", INVALID, [of_length(count, last=False) for count in (5, 6)]),
    "9": ("last of its length", VALID, [of_length(count, last=True) for count in (1, 2, 3)]),
    "10": ("last of 4, 5 and 6 bytes", INVALID, [of_length(count, last=True) for count in (4, 5, 6)]),
    "11": ("at a border", VALID, [encoded(number, 3) for number in (0xD7FF, 0xE000, 0xFFFD)]
           + [encoded(0x10FFFF, 4)]),
    "11b": ("over the last code point", INVALID, [encoded(0x110000, 4), b"\xf5\x80\x80\x80"]),
    "12": ("continuation of nothing", INVALID,
           [b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80", bytes(range(0x80, 0xC0))]),
    "13": ("lonely start", INVALID,
           [b"".join(bytes([byte, 0x20]) for byte in starts)
            for starts in (range(0xC0, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF8), (0xF8, 0xF9, 0xFA, 0xFB),
                           (0xFC, 0xFD))]),
    "14": ("last byte missing", INVALID,
           [of_length(count, last)[:-1] for count in (2, 3, 4, 5, 6) for last in (False, True)]),
    "15": ("a row of incomplete ones", INVALID,
           [b"".join(of_length(count, last)[:-1] for count in (2, 3, 4) for last in (False, True))]),
    "16": ("impossible bytes", INVALID, [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]),
    "17": ("overlong slash", INVALID, [encoded(0x2F, count) for count in (2, 3, 4, 5, 6)]),
    "18": ("longest overlong", INVALID, [encoded(number, count) for number, count in (
        (0x7F, 2), (0x7FF, 3), (0xFFFF, 4), (0x1FFFFF, 5), (0x3FFFFFF, 6))]),
    "19": ("overlong NUL", INVALID, [encoded(0, count) for count in (2, 3, 4, 5, 6)]),
    "20": ("a surrogate", INVALID, [encoded(number, 3) for number in (
        0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)]),
    "21": ("a pair of surrogates", INVALID, [encoded(high, 3) + encoded(low, 3) for high, low in (
        (0xD800, 0xDC00), (0xD800, 0xDFFF), (0xDB7F, 0xDC00), (0xDBFF, 0xDFFF))]),
    "22": ("no character, and yet UTF-8", VALID, [chr(plane << 16 | low).encode()
                                                for plane in range(17) for low in (0xFFFE, 0xFFFF)]),
    "23": ("special", VALID, [chr(number).encode() for number in range(0xFFF9, 0xFFFE)]),
}
TEXTS = [pytest.param(sequence, size, heard, id=f"6.{section.rstrip('b')}.{number + 1} {name} {split}")
         for section, (name, heard, sequences) in SEQUENCES.items()
         for number, sequence in enumerate(sequences)
         for split, size in SPLITS]


@pytest.mark.parametrize("sequence, size, heard", TEXTS)
def test_text_is_utf_8_or_the_end(arena: Arena, sequence: bytes, size: int | None, heard):
    sent = message(sequence)
    with arena.live() as client:
        assert_exchange(client, b"".join(fragments(cut(sent, size or len(sent)))), [heard])


@pytest.mark.parametrize("parts, heard", [
    pytest.param([b""], "error:invalid_json", id="6.1.1 empty"),
    pytest.param([b"", b"", b""], "error:invalid_json", id="6.1.2 three empty fragments"),
    pytest.param([b"", message(b"x"), b""], VALID, id="6.1.3 empty fragments around a message"),
    pytest.param([b"\x00"], "error:invalid_json", id="6.7.1 NUL, which is UTF-8 but no JSON"),
    pytest.param([message("日".encode())[:10], message("日".encode())[10:]], VALID,
                 id="6.2.2 cut after the first byte of a character"),
    pytest.param([message("🏦".encode())[:12], message("🏦".encode())[12:]], VALID,
                 id="6.2.3 cut before the last byte of a character"),
])
def test_text_may_be_cut_anywhere(arena: Arena, parts: list[bytes], heard: str):
    with arena.live() as client:
        assert_exchange(client, fragments(parts), [heard])


def test_a_control_frame_may_stand_inside_a_character(arena: Arena):
    sent = message("🏦".encode())
    with arena.live() as client:
        assert_exchange(client, [frame(TEXT, sent[:11], fin=False), frame(PING, b"\xff"),
                                 frame(CONTINUATION, sent[11:])], [b"\xff", VALID])


@pytest.mark.parametrize("sent", [
    pytest.param([frame(TEXT, BAD, fin=False)], id="6.4.1 a fragment"),
    pytest.param([frame(TEXT, KOSME, fin=False), frame(CONTINUATION, b"\xf4\x90\x80\x80", fin=False)],
                 id="6.4.2 the second fragment"),
    pytest.param([frame(TEXT, KOSME, fin=False), frame(CONTINUATION, b"\xf4", fin=False),
                  frame(CONTINUATION, b"\x90", fin=False)], id="6.4.2 a character over three fragments"),
    pytest.param([frame(TEXT, BAD + b"." * 100)[:-100]], id="6.4.3 a frame that is not whole yet"),
    pytest.param([frame(TEXT, KOSME + b"\xf4\x90" + b"." * 100)[:-100]],
                 id="6.4.4 a character that is not whole yet, in a frame that is not either"),
])
def test_what_can_no_longer_become_utf_8_is_not_waited_for(arena: Arena, sent: list[bytes]):
    with arena.live() as client:
        assert_exchange(client, sent, [INVALID])
    with arena.live() as client:
        assert_exchange(client, sent, [INVALID], chop=1)
