"""A bank that dies between two steps: its database stops before a command, then it is killed."""

import threading
from typing import Any, Callable, Iterator

import requests
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from .processes import Teller

#: The server lets go by itself after so long.
HOLD_MILLISECONDS = 4_000
WRITES = ["insert", "update", "delete", "findAndModify", "commitTransaction"]


class Step:
    """Stops the bank's commands before the one with this number, counted from 0.

    By the server's fail point `failCommand` (https://github.com/mongodb/mongo, docs/fail_points.md),
    which there is one of; it is told from other clients by its application name.
    """

    def __init__(self, teller: Teller, number: int, commands: list[str] = WRITES, collection: str = ""):
        self.client: MongoClient = MongoClient(teller.settings["MONGO_URL"])
        self.mode: Any = {"skip": number} if number else "alwaysOn"
        self.data = {"failCommands": commands, "appName": f"bank-core 127.0.0.1:{teller.bank_port}",
                     "blockConnection": True, "blockTimeMS": HOLD_MILLISECONDS}
        if collection:
            self.data["namespace"] = f"{teller.settings['MONGO_DATABASE']}.{collection}"

    def __enter__(self) -> "Step":
        self.before = self.set(self.mode, self.data)["count"]
        return self

    def __exit__(self, *_: Any) -> None:
        self.set("off", {})
        self.client.close()

    def set(self, mode: Any, data: dict) -> dict:
        return self.client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)

    def reached(self, seconds: float) -> bool:
        """Whether the bank stands there within that time."""
        try:
            self.client.admin.command("waitForFailPoint", "failCommand",
                                      timesEntered=self.before + 1, maxTimeMS=int(seconds * 1000))
            return True
        except OperationFailure as error:
            if error.code != 50:  # MaxTimeMSExpired
                raise
            return False


def crash_at_each_step(teller: Teller, work: Callable[[], requests.Response],
                       commands: list[str] = WRITES, most: int = 30) -> Iterator[bool]:
    """Begins `work` again and again, and kills the bank one step later each time.

    Yields after each death, with the bank up again: whether it died; the last time it did not. What
    the bank writes by itself counts as steps, too.
    """
    for number in range(most):
        replies: list[requests.Response] = []
        thread = threading.Thread(target=attempt, args=(work, replies))
        with Step(teller, number, commands) as step:
            thread.start()
            died = False
            while not died and thread.is_alive():
                died = step.reached(0.1)
            if died:
                teller.core.kill()
        thread.join()
        if died:
            teller.core.start()
        yield died
        if not died:
            assert replies and number > 1, f"no step was reached: {replies}"
            return
    raise AssertionError(f"more than {most} steps")


def attempt(work: Callable[[], requests.Response], replies: list[requests.Response]) -> None:
    try:
        replies.append(work())
    except requests.RequestException:
        pass


def books(teller: Teller) -> Database:
    return MongoClient(teller.settings["MONGO_URL"])[teller.settings["MONGO_DATABASE"]]
