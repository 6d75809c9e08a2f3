"""Websocket frames as bytes (RFC 6455), and a client that writes whatever it is told to."""

import base64
import hashlib
import json
import socket
import struct
import time
from typing import Any, Iterable, NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
PATIENCE = 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MASK = b"\x37\xfa\x21\x3d"


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0,
          mask: bytes | None = MASK, length: int | None = None, width: int | None = None) -> bytes:
    """One frame. `length` says another length than the payload's; `width` (0, 2, 8) is how many
    bytes tell it, the fewest unless given. Without a mask it is what a server may send only."""
    told = len(payload) if length is None else length
    if width is None:
        width = 0 if told <= 125 else 2 if told <= 0xFFFF else 8
    first = bytes([fin << 7 | rsv << 4 | opcode])
    flag = 0 if mask is None else 0x80
    extended = {0: b"", 2: struct.pack(">H", told & 0xFFFF), 8: struct.pack(">Q", told)}[width]
    second = bytes([flag | {0: told & 0x7F, 2: 126, 8: 127}[width]])
    return first + second + extended + (payload if mask is None else mask + masked(payload, mask))


def masked(payload: bytes, mask: bytes = MASK) -> bytes:
    """Each byte xor that of the mask; the same again undoes it (section 5.3)."""
    stretched = (mask * (len(payload) // 4 + 1))[:len(payload)]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")
    return mixed.to_bytes(len(payload), "big")


def fragments(parts: Iterable[bytes], opcode: int = TEXT) -> list[bytes]:
    """One message in these parts."""
    parts = list(parts)
    return [frame(CONTINUATION if index else opcode, part, fin=index == len(parts) - 1)
            for index, part in enumerate(parts)]


def cut(payload: bytes, size: int) -> list[bytes]:
    return [payload[start:start + size] for start in range(0, len(payload), size)]


def close(code: int | None = 1000, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


def text(**message: Any) -> bytes:
    return frame(TEXT, json.dumps(message).encode())


class Frame(NamedTuple):
    opcode: int
    payload: bytes


class Head(NamedTuple):
    """The answer to a handshake."""

    status: int
    headers: dict[str, str]
    body: bytes


HANDSHAKE = {"Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13"}


def handshake(path: str = "/ws", *more: tuple[str, str], method: str = "GET", version: str = "1.1",
              without: Iterable[str] = (), **changed: str) -> bytes:
    """A handshake's bytes; `changed` and `without` name headers as in `sec_websocket_key`."""
    names = {name.lower().replace("-", "_"): name for name in HANDSHAKE}
    headers = {name: value for name, value in HANDSHAKE.items()
               if name.lower().replace("-", "_") not in without}
    headers.update({names[name]: value for name, value in changed.items()})
    lines = [f"{method} {path} HTTP/{version}"]
    lines += [f"{name}: {value}" for name, value in [*headers.items(), *more]]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def accept(key: str = KEY) -> str:
    """The proof that the key was read (section 4.2.2)."""
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


class RawSocket:
    """A connection on which any bytes can be written; what comes is held to the RFC."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, *_: Any) -> None:
        self.socket.close()

    # What goes out

    def send(self, sent: bytes | list[bytes], chop: int | None = None, pause: float = 0) -> None:
        """Writes each part by itself; `chop` cuts them further. What a server that has hung up
        does not take is not an error here."""
        for part in [sent] if isinstance(sent, bytes) else sent:
            for piece in cut(part, chop) if chop else [part]:
                try:
                    self.socket.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    return
                if pause:
                    time.sleep(pause)

    def shake(self, request: bytes | None = None) -> Head:
        self.send(handshake() if request is None else request)
        return self.head()

    def authenticate(self, token: str) -> None:
        self.send(text(type="auth", token=token))
        reply = json.loads(self.next().payload)
        assert reply["status"] == "success", reply

    # What comes in

    def more(self) -> bool:
        """Reads on; False at the connection's end."""
        try:
            received = self.socket.recv(65_536)
        except ConnectionResetError:
            return False
        self.received += received
        return bool(received)

    def take(self, count: int) -> bytes | None:
        while len(self.received) < count:
            if not self.more():
                return None
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def head(self) -> Head:
        while b"\r\n\r\n" not in self.received:
            assert self.more(), f"ended in the head: {self.received!r}"
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, value in
                   (line.split(":", 1) for line in lines)}
        body = self.take(int(headers.get("content-length", "0")))
        return Head(int(status.split(" ")[1]), headers, body or b"")

    def next(self) -> Frame | None:
        """The next frame of the server; None at the connection's end."""
        start = self.take(2)
        if start is None:
            assert not self.received, f"ended inside a frame: {self.received!r}"
            return None
        first, second = start
        assert first & 0xF0 == 0x80, "the server sends whole frames without reserved bits"
        assert second < 0x80, "the server masks nothing"
        length = second
        if second == 126:
            length = struct.unpack(">H", self.take(2))[0]
            assert length > 125
        elif second == 127:
            length = struct.unpack(">Q", self.take(8))[0]
            assert length > 0xFFFF
        return Frame(first & 0x0F, self.take(length))

    def says(self) -> str | bytes | int | None:
        """The next frame in short: `"pong"` for a message of that type, `"error:code"`, bytes for
        a pong frame's payload, a number for a close, None for the connection's end."""
        heard = self.next()
        if heard is None:
            return None
        if heard.opcode == TEXT:
            message = json.loads(heard.payload)
            return f"error:{message['code']}" if message["type"] == "error" else message["type"]
        if heard.opcode == CLOSE:
            heard.payload[2:].decode()
            return struct.unpack(">H", heard.payload[:2])[0]
        assert heard.opcode == PONG, heard
        return heard.payload
