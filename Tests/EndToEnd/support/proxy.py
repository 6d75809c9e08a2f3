"""A network that fails: a TCP proxy that cuts every connection for a while, again and again."""

import random
import socket
import struct
import threading
from typing import Any

#: Small and uneven, so that a cut falls inside frames, too.
CHUNK_BYTES_MAX = 700
RESET = struct.pack("ii", 1, 0)


class CuttingProxy:
    """Forwards to `port`. A cut ends every connection, half of them by a reset, and until it is over
    whoever comes is hung up on; between cuts the proxy is not noticed."""

    def __init__(self, port: int, cut_seconds: float, open_seconds: float, seed: int = 1):
        self.target, self.cut_seconds, self.open_seconds = port, cut_seconds, open_seconds
        self.choose = random.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()
        self.lock = threading.Lock()
        self.is_cut = False
        self.stopping = threading.Event()
        self.cutter = threading.Thread(target=self.cut_again_and_again, daemon=True)
        self.cuts = self.dropped = 0

    def __enter__(self) -> "CuttingProxy":
        threading.Thread(target=self.accept, daemon=True).start()
        self.cutter.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.heal()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop()

    def heal(self) -> None:
        """From now on nothing is cut."""
        self.stopping.set()
        self.cutter.join()

    def cut_again_and_again(self) -> None:
        while not self.stopping.wait(self.open_seconds * self.choose.uniform(0.5, 1.5)):
            self.is_cut = True
            self.cuts += 1
            self.drop()
            self.stopping.wait(self.cut_seconds)
            self.is_cut = False

    def drop(self) -> None:
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        self.dropped += len(pairs)
        for pair in pairs:
            for one in pair:
                end(one, rudely=self.choose.random() < 0.5)

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            return end(client)
        pair = (client, server)
        with self.lock:
            self.pairs.add(pair)
        # Looked at after the pair is known, so that no cut misses it.
        if self.is_cut:
            return self.forget(pair)
        threading.Thread(target=self.pump, args=(server, client, pair), daemon=True).start()
        self.pump(client, server, pair)

    def pump(self, source: socket.socket, sink: socket.socket, pair: tuple) -> None:
        choose = random.Random(self.cuts)
        try:
            while received := source.recv(choose.randint(1, CHUNK_BYTES_MAX)):
                sink.sendall(received)
        except OSError:
            pass
        self.forget(pair)

    def forget(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with self.lock:
            self.pairs.discard(pair)
        for one in pair:
            end(one)


def end(one: socket.socket, rudely: bool = False) -> None:
    """Also wakes the thread that reads it."""
    try:
        if rudely:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        one.shutdown(socket.SHUT_RD if rudely else socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()
