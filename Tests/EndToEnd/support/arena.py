"""A bank whose live wire is mistreated, and a customer on it who must not notice."""

from pathlib import Path

from . import wire
from .bank import Pool
from .frames import PATIENCE, RawSocket, close
from .processes import Teller, log_lines

ORIGINS = ("https://bank.example", "http://pay.example:8080")
#: Of the limits only the message allowance is out of the way; leaks show in the others.
SETTINGS = {"ALLOWED_ORIGINS": ",".join(ORIGINS), "WEBSOCKET_MESSAGES_PER_MINUTE": "1000000"}


class Arena:
    """`caller` does wrong, by `connect`; `bystander` follows an account that `payer` pays into."""

    def __init__(self, teller: Teller, folder: Path):
        self.teller = teller
        self.caller, self.payer, self.bystander = Pool(teller, folder).take_many(3)
        self.connection = wire.live(teller, self.bystander.token)
        self.process = teller.wire.process

    def close(self) -> None:
        self.connection.close()

    def connect(self) -> RawSocket:
        """An upgraded connection of nobody yet."""
        client = RawSocket(self.teller.wire_port)
        assert client.shake().status == 101
        assert client.says() == "hello"
        return client

    def live(self) -> RawSocket:
        """An upgraded connection of the caller."""
        client = self.connect()
        client.authenticate(self.caller.token)
        return client

    def assert_unharmed(self) -> None:
        """The process lives, and the bystander is answered."""
        wire.say(self.connection, type="ping")
        assert wire.hear_type(self.connection, "pong", timeout=PATIENCE)["at"]
        assert self.process.poll() is None

    def assert_told(self) -> None:
        """Money that comes in is pushed to the bystander."""
        moved = self.payer.transfer(self.bystander.account["number"], 1)
        assert moved.status_code == 201, moved.text
        push = wire.hear_type(self.connection, "transaction", timeout=PATIENCE)
        assert push["transaction"]["id"] == moved.json()["id"]

    def assert_calm(self) -> None:
        """Nothing a client did is an error of the service."""
        lines = [line for line in log_lines(self.teller.wire)
                 if line["level"] in ("error", "critical")]
        assert not lines, lines[:5]


def assert_exchange(client: RawSocket, sent: bytes | list[bytes], heard: list,
                    chop: int | None = None) -> None:
    """What is sent gets these answers (see `RawSocket.says`) and no others, and the connection ends
    in order: by the server's close, or by ours."""
    client.send(sent, chop)
    for number, wanted in enumerate(heard):
        said = client.says()
        assert said == wanted, f"answer {number} is {said!r} instead of {wanted!r}"
    if not heard or not isinstance(heard[-1], int):
        client.send(close(1000))
        said = client.says()
        assert said == 1000, f"{said!r} instead of the close's answer"
    said = client.says()
    assert said is None, f"{said!r} after the close"
