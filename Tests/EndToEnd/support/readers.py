"""Readers of the live wire who stop reading, and what a process keeps for them."""

import socket
import struct
from pathlib import Path
from typing import Any

from .frames import CLOSE, RawSocket, text
from .processes import Service, Teller

TOO_SLOW = 4409


class DeadReader:
    """Subscribes to the accounts, and reads nothing more. Its kernel takes little for it."""

    def __init__(self, teller: Teller, token: str, accounts: list[str]):
        self.raw = RawSocket(teller.wire_port)
        self.raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        assert self.raw.shake().status == 101
        assert self.raw.says() == "hello"
        self.raw.authenticate(token)
        self.raw.send(text(type="subscribe", id="1", accounts=accounts, events=["transaction", "balance"]))
        assert self.raw.says() == "subscribed"

    def end(self) -> Any:
        """Reads what is left: the close's code, or "cut" when not even that came out."""
        # A kernel that got no answer for long looks again after as long.
        self.raw.socket.settimeout(60)
        try:
            while (heard := self.raw.next()) is not None:
                if heard.opcode == CLOSE:
                    return struct.unpack(">H", heard.payload[:2])[0]
        except (AssertionError, TypeError, struct.error):
            pass  # inside a frame
        finally:
            self.raw.socket.close()
        return "cut"


def memory(service: Service) -> tuple[int, int]:
    """Resident bytes of a running service: now, and at its highest."""
    lines = Path(f"/proc/{service.process.pid}/status").read_text().splitlines()
    told = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return int(told["VmRSS"]) * 1024, int(told["VmHWM"]) * 1024
