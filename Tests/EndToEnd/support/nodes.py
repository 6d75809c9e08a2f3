"""A replica set of a test's own, whose nodes may be killed, paused and made to forget."""

import functools
import subprocess
import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from .processes import ROOT, Process, free_ports
from .wire import wait_until

#: Elections are held sooner than MongoDB's 10 s, so that a test may hold many.
ELECTION_MILLISECONDS = 2_000
READY_SECONDS = 60
#: The others are not near enough; a lock was not to be had.
EXCEEDED_TIME_LIMIT, LOCK_BUSY = 262, 46


@functools.cache
def executable() -> str:
    done = subprocess.run([str(ROOT / "scripts" / "mongod"), "path"], check=True,
                          stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().splitlines()[-1]


class Node(Process):
    """One mongod, on a port and a folder that it keeps over its deaths."""

    def __init__(self, folder: Path, port: int, *options: str):
        self.folder, self.port, self.options = folder, port, options
        self.folder.mkdir(parents=True)
        self.client: MongoClient = MongoClient(
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=1_000,
            connectTimeoutMS=1_000, socketTimeoutMS=10_000)

    def start(self) -> "Node":
        command = [
            executable(), "--replSet", "rs0", "--bind_ip", "127.0.0.1", "--port", str(self.port),
            "--dbpath", str(self.folder), "--nounixsocket", "--quiet", "--slowms", "1000",
            "--wiredTigerCacheSizeGB", "0.25", "--networkMessageCompressors", "snappy,zstd",
            "--setParameter", "transactionLifetimeLimitSeconds=5",
            "--setParameter", "enableTestCommands=1",
            "--setParameter", "diagnosticDataCollectionEnabled=false", *self.options]
        with (self.folder / "mongod.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        wait_until(self.answers, READY_SECONDS, lambda: f"the node on {self.port} does not start")
        return self

    def hello(self) -> dict:
        try:
            return self.client.admin.command("hello")
        except PyMongoError:
            return {}

    def answers(self) -> bool:
        assert self.process.poll() is None, f"mongod ended: see {self.folder}/mongod.log"
        return bool(self.hello())

    def fail(self, name: str, mode: Any) -> None:
        """A fail point of the server: `alwaysOn` or `off`."""
        self.client.admin.command("configureFailPoint", name, mode=mode)


class ReplicaSet:
    """Nodes with equal votes. `options` go to each mongod."""

    def __init__(self, folder: Path, members: int = 3, *options: str):
        self.nodes = [Node(folder / f"node-{port}", port, *options) for port in free_ports(members)]
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        self.url = f"mongodb://{hosts}/?replicaSet=rs0"

    def __enter__(self) -> "ReplicaSet":
        try:
            for node in self.nodes:
                node.start()
            members = [{"_id": number, "host": f"127.0.0.1:{node.port}"}
                       for number, node in enumerate(self.nodes)]
            settings = {"electionTimeoutMillis": ELECTION_MILLISECONDS, "heartbeatIntervalMillis": 500}
            self.nodes[0].client.admin.command(
                "replSetInitiate", {"_id": "rs0", "members": members, "settings": settings})
            self.wait_until_whole()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                node.kill()
            node.client.close()

    @property
    def primary(self) -> Node:
        """Waits for one that the others know of, too."""
        def find() -> Node | None:
            told = [node.hello() for node in self.nodes]
            newest = max(told, key=lambda one: str(one.get("electionId", "")))
            return next((node for node, one in zip(self.nodes, told)
                         if one is newest and one.get("isWritablePrimary")), None)
        return wait_until(find, READY_SECONDS, lambda: "there is no primary")

    @property
    def others(self) -> list[Node]:
        primary = self.primary
        return [node for node in self.nodes if node is not primary]

    def wait_until_whole(self) -> None:
        """Every node is up, and follows."""
        def whole() -> bool:
            told = [node.hello() for node in self.nodes]
            return (sum(one.get("isWritablePrimary", False) for one in told) == 1
                    and sum(one.get("secondary", False) for one in told) == len(told) - 1)
        wait_until(whole, READY_SECONDS, lambda: f"the set is not whole: "
                   f"{[node.hello().get('secondary') for node in self.nodes]}")

    def step_down(self) -> None:
        """The primary hands over, as before a restart of its machine."""
        primary = self.primary

        def stepped_down() -> bool:
            try:
                primary.client.admin.command("replSetStepDown", 10, secondaryCatchUpPeriodSecs=5)
            except ConnectionFailure:
                pass
            except OperationFailure as error:
                if error.code not in (EXCEEDED_TIME_LIMIT, LOCK_BUSY):
                    raise
                return False
            return True
        wait_until(stepped_down, READY_SECONDS)
        wait_until(lambda: self.primary is not primary, READY_SECONDS)
