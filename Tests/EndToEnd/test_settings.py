"""What the executables say when they can't start, and how fast."""

import shutil
import socket
import subprocess
from pathlib import Path
from typing import Iterator

import pytest
from pymongo import MongoClient

from support.processes import ROOT, free_port, run_to_exit

SERVICES = ["bank-core", "bank-websocket"]
SECONDS_MAX = 2
CONFIGURATION, UNAVAILABLE = 78, 69


@pytest.fixture
def settings(mongo_url: str) -> dict[str, str]:
    return {"MONGO_URL": mongo_url, "MONGO_DATABASE": "e2e_settings", "SANDBOX": "true",
            "JWT_SECRET": "rH3mK9vQ2xZ7pL5wN8tB4cF6dG1jS0aYeUoI",
            "BANK_PORT": str(free_port()), "WEBSOCKET_PORT": str(free_port())}


def assert_ends(name: str, settings: dict[str, str], code: int, *words: str) -> None:
    ended, said, seconds = run_to_exit(name, settings)
    assert ended == code, said
    for word in words:
        assert word in said
    assert seconds < SECONDS_MAX, f"{seconds:.1f} s"


@pytest.mark.parametrize("name", SERVICES)
def test_without_a_secret_no_service_starts(name: str, settings: dict[str, str]):
    del settings["JWT_SECRET"]
    assert_ends(name, settings, CONFIGURATION, "JWT_SECRET")


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("weak", ["short", "a" * 64, "secret" * 8])
def test_with_a_weak_secret_no_service_starts_or_shows_it(
        name: str, weak: str, settings: dict[str, str]):
    settings["JWT_SECRET"] = weak
    assert_ends(name, settings, CONFIGURATION, "JWT_SECRET")
    assert weak not in run_to_exit(name, settings)[1]


@pytest.mark.parametrize("name, own", [("bank-core", {"OPENING_BALANCE": "many"}),
                                       ("bank-websocket", {"WEBSOCKET_QUEUE_BYTES": "-1"})])
def test_every_fault_of_the_settings_is_named_at_once(
        name: str, own: dict[str, str], settings: dict[str, str]):
    faults = {"BANK_PORT": "99999", "ACCESS_TOKEN_MINUTES": "soon", "LOG_LEVEL": "loud",
              "RATE_LIMIT_ENABLED": "perhaps", **own}
    assert_ends(name, {**settings, **faults}, CONFIGURATION, *faults)


@pytest.mark.parametrize("name", SERVICES)
def test_without_a_database_address_no_service_starts(name: str, settings: dict[str, str]):
    del settings["MONGO_URL"]
    assert_ends(name, settings, CONFIGURATION, "MONGO_URL")


@pytest.mark.parametrize("name, port", [("bank-core", "BANK_PORT"), ("bank-websocket", "WEBSOCKET_PORT")])
def test_a_port_that_is_taken_is_named(name: str, port: str, settings: dict[str, str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(settings[port])))
        taken.listen()
        assert_ends(name, settings, UNAVAILABLE, settings[port])


@pytest.fixture(scope="module")
def standalone(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A mongod that is no replica set: the same executable as the replica set's."""
    with MongoClient(mongo_url) as client:
        program = client.admin.command("getCmdLineOpts")["argv"][0]
    program = shutil.which(program) or str(Path(ROOT, program))
    folder, port = tmp_path_factory.mktemp("standalone"), free_port()
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [program, "--dbpath", str(folder), "--port", str(port), "--bind_ip", "127.0.0.1",
         "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket"], stdout=log, stderr=log)
    url = f"mongodb://127.0.0.1:{port}/"
    with MongoClient(url, serverSelectionTimeoutMS=20_000) as client:
        client.admin.command("ping")
    yield url
    process.terminate()
    process.wait()


@pytest.mark.parametrize("name", SERVICES)
def test_a_mongodb_that_is_no_replica_set_is_refused(
        name: str, standalone: str, settings: dict[str, str]):
    assert_ends(name, {**settings, "MONGO_URL": standalone}, CONFIGURATION, "replica set")


@pytest.mark.parametrize("name", ["bank-core", "bank-websocket", "bankctl", "bank-load"])
def test_every_executable_has_help_and_a_version(name: str):
    from support.processes import binary
    for option in ("--help", "--version"):
        done = subprocess.run([binary(name), option], capture_output=True, text=True, timeout=10)
        assert done.returncode == 0 and done.stdout.strip(), done.stderr
