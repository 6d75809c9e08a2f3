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


class FailPoint:
    """The server's fail point `failCommand`, for one bank's commands.

    https://github.com/mongodb/mongo/wiki/The-failCommand-failpoint. A server has one of it.
    """

    def __init__(self, teller: Teller):
        self.client: MongoClient = MongoClient(teller.settings["MONGO_URL"])
        self.name = f"bank-core 127.0.0.1:{teller.bank_port}"
        self.entered = 0

    def __enter__(self) -> "FailPoint":
        return self

    def __exit__(self, *_: Any) -> None:
        self.client.admin.command("configureFailPoint", "failCommand", mode="off")
        self.client.close()

    def set(self, commands: list[str], mode: Any = "alwaysOn", **data: Any) -> None:
        """`data`: what happens to them, such as `errorCode` or `blockConnection`."""
        self.entered = self.client.admin.command(
            "configureFailPoint", "failCommand", mode=mode,
            data={"failCommands": commands, "appName": self.name, **data})["count"]

    def hold(self, commands: list[str], mode: Any = "alwaysOn", **data: Any) -> None:
        self.set(commands, mode, **{"blockConnection": True, "blockTimeMS": HOLD_MILLISECONDS, **data})

    def reached(self, seconds: float) -> bool:
        """Whether a command is held, or failed, within that time."""
        try:
            self.client.admin.command("waitForFailPoint", "failCommand",
                                      timesEntered=self.entered + 1, maxTimeMS=int(seconds * 1000))
            return True
        except OperationFailure as error:
            if error.code != 50:  # MaxTimeMSExpired
                raise
            return False


def crash_at_each_step(teller: Teller, work: Callable[[], requests.Response],
                       most: int = 30) -> Iterator[bool]:
    """Begins `work` again and again, and kills the bank one step later each time.

    Yields after each death, with the bank up again: whether it died; the last time it did not. What
    the bank writes by itself counts as steps, too.
    """
    for number in range(most):
        replies: list[requests.Response] = []
        thread = threading.Thread(target=attempt, args=(work, replies))
        with FailPoint(teller) as point:
            point.hold(WRITES, {"skip": number} if number else "alwaysOn")
            thread.start()
            died = False
            while not died and thread.is_alive():
                died = point.reached(0.1)
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
