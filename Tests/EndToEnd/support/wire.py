"""The live wire as a client sees it."""

import json
import random
import threading
import time
from typing import Any, Callable

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from .processes import Teller

PATIENCE = 10


def open_socket(teller: Teller, *, port: int | None = None, **options: Any) -> ClientConnection:
    """A connection that has heard `hello` and said nothing yet. `port`: of what stands in between."""
    options.setdefault("compression", None)
    connection = connect(f"ws://127.0.0.1:{port or teller.wire_port}/ws", proxy=None,
                         open_timeout=PATIENCE, legacy=True, **options)
    assert hear(connection)["type"] == "hello"
    return connection


def hear(connection: ClientConnection, timeout: float = PATIENCE) -> dict:
    return json.loads(connection.recv(timeout=timeout))


def say(connection: ClientConnection, **message: Any) -> None:
    connection.send(json.dumps(message))


def hear_type(connection: ClientConnection, kind: str, timeout: float = PATIENCE) -> dict:
    """The next message of that type; others are passed over."""
    deadline = time.monotonic() + timeout
    while True:
        message = hear(connection, max(0.01, deadline - time.monotonic()))
        if message["type"] == kind:
            return message


def authenticate(connection: ClientConnection, token: str) -> dict:
    say(connection, type="auth", token=token)
    reply = hear_type(connection, "auth")
    assert reply["status"] == "success", reply
    return reply


def subscribe(connection: ClientConnection, accounts: Any = "all", **fields: Any) -> dict:
    say(connection, type="subscribe", id="1", accounts=accounts,
        events=["transaction", "balance"], **fields)
    return hear_type(connection, "subscribed")


def live(teller: Teller, token: str, *, port: int | None = None, **fields: Any) -> ClientConnection:
    """A connection that is authenticated and subscribed."""
    connection = open_socket(teller, port=port)
    authenticate(connection, token)
    subscribe(connection, **fields)
    return connection


def close_code(connection: ClientConnection, timeout: float = PATIENCE) -> int | None:
    """Waits until the server closes the connection, and says with which code."""
    try:
        deadline = time.monotonic() + timeout
        while True:
            connection.recv(timeout=max(0.01, deadline - time.monotonic()))
    except ConnectionClosed:
        return connection.close_code


class Follower(threading.Thread):
    """Follows one account through every cut: connects again, the later the more often it failed, and
    resumes from its position.

    `seqs` holds every seq in the order in which it was told, repeats and holes and all. `listener`
    gets each message from `subscribed` on, on this thread. Between `leave` and `come_back` it is not
    connected.
    """

    def __init__(self, teller: Teller, token: str, account_id: str, position: int = 0,
                 port: int | None = None, listener: Callable[[dict], Any] = lambda message: None):
        super().__init__(daemon=True)
        self.teller, self.token, self.account_id, self.port = teller, token, account_id, port
        self.position, self.listener = position, listener
        self.failures = 0
        self.seqs: list[int] = []
        self.connections = 0
        self.done = threading.Event()
        self.away = threading.Event()
        self.is_connected = False

    def leave(self) -> None:
        self.away.set()
        wait_until(lambda: not self.is_connected, 20)

    def come_back(self) -> None:
        self.away.clear()

    def run(self) -> None:
        while not self.done.is_set():
            if self.away.is_set():
                time.sleep(0.01)
                continue
            try:
                self.follow()
            except (OSError, ConnectionClosed, TimeoutError, AssertionError, EOFError):
                self.back_off()
            except Exception as error:  # a refused upgrade while the service starts
                if type(error).__module__.split(".")[0] != "websockets":
                    raise
                self.back_off()
            finally:
                self.is_connected = False

    def back_off(self) -> None:
        self.done.wait(random.uniform(0, min(1, 0.05 * 2**self.failures)))
        self.failures = min(self.failures + 1, 5)

    def follow(self) -> None:
        connection = open_socket(self.teller, port=self.port)
        authenticate(connection, self.token)
        self.listener(subscribe(connection, accounts=[self.account_id],
                                positions={self.account_id: self.position}))
        self.connections += 1
        self.failures = 0
        with connection:
            self.is_connected = True
            while not (self.done.is_set() or self.away.is_set()):
                try:
                    message = hear(connection, 0.2)
                except TimeoutError:
                    continue
                self.listener(message)
                if message["type"] == "transaction":
                    self.seqs.append(message["seq"])
                    self.position = message["seq"]

    def finish(self, seq: int, timeout: float = 30) -> list[int]:
        """Waits until `seq` was told, then stops."""
        wait_until(lambda: self.position >= seq, timeout, lambda: f"at {self.position} of {seq}")
        self.done.set()
        self.join()
        return self.seqs


def wait_until(holds: Callable[[], Any], timeout: float = PATIENCE,
               message: Callable[[], str] | None = None) -> Any:
    """The first true value of `holds()`."""
    deadline = time.monotonic() + timeout
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < deadline, message() if message else "it did not come in time"
        time.sleep(0.01)
