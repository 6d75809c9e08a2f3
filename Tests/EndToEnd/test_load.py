"""The load client against the running services."""

import json
import subprocess
import time
from pathlib import Path

from conftest import Tellers
from support.bank import sign_up
from support.processes import binary, environment, free_port
from support.wire import wait_until


def sockets(tellers: Tellers, folder: Path, *options: str, **settings: str) -> tuple[int, dict]:
    teller = tellers.start(**settings)
    tokens = folder / "tokens"
    teller.bankctl("seed", "--customers", "20", "--tokens", str(tokens))
    done = subprocess.run(
        [binary("bank-load"), "sockets", "--url", teller.core.url, "--wire-url", teller.wire.url,
         "--tokens", str(tokens), "--sockets", "20", "--json", *options],
        capture_output=True, text=True, timeout=120)
    assert done.stdout, done.stderr
    teller.verify()
    return done.returncode, json.loads(done.stdout)


def test_sockets_see_every_transfer_once_and_in_order(tellers: Tellers, tmp_path: Path):
    code, result = sockets(tellers, tmp_path, "--rate", "50", "--seconds", "2")
    assert (code, result["isWhole"]) == (0, True)
    assert [result["open"], result["gaps"], result["repeats"]] == [20, 0, 0]
    # Each transfer is pushed to both of its sides.
    assert result["messages"]["transaction"] >= 2 * 90
    assert result["commitToReceivedMicroseconds"]["count"] == result["messages"]["transaction"]


def test_sockets_of_one_account_all_see_it(tellers: Tellers, tmp_path: Path):
    code, result = sockets(tellers, tmp_path, "--rate", "20", "--seconds", "1", "--hot",
                           WEBSOCKET_CONNECTIONS_PER_CUSTOMER="20")
    assert code == 0
    assert result["messages"]["transaction"] % 20 == 0


def test_skimmed_entries_are_counted_and_timed(tellers: Tellers, tmp_path: Path):
    code, result = sockets(tellers, tmp_path, "--rate", "20", "--seconds", "1", "--hot", "--skim",
                           WEBSOCKET_CONNECTIONS_PER_CUSTOMER="20")
    assert code == 0
    assert result["pushes"] > 0 and result["pushes"] % 20 == 0
    assert result["sentToReceivedMicroseconds"]["count"] == result["pushes"]
    assert "balance" not in result["messages"]


def test_any_websocket_server_can_be_listened_to():
    port = str(free_port())
    with subprocess.Popen([binary("bench-raw"), "fan-out", "--port", port, "--sockets", "20",
                           "--messages", "50", "--bytes", "300"], stdout=subprocess.PIPE) as server:
        wait_until(lambda: is_listening(int(port)))
        done = subprocess.run(
            [binary("bank-load"), "sockets", "--wire-url", f"http://127.0.0.1:{port}", "--path", "/any",
             "--sockets", "20", "--seconds", "2", "--json"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        result = json.loads(done.stdout)
        assert (result["open"], result["pushes"], result["bytes"]) == (20, 1_000, 300_000)
        assert result["sentToReceivedMicroseconds"]["count"] == 1_000
        assert json.loads(server.communicate(timeout=20)[0])["deliveries"] == 1_000


def test_the_bare_loop_tells_of_a_bank_s_transfers(tellers: Tellers):
    teller = tellers.start()
    ada, ben = sign_up(teller), sign_up(teller)
    port, settings = str(free_port()), teller.settings
    with subprocess.Popen([binary("bench-raw"), "fan-out", "--port", port, "--sockets", "5", "--messages",
                           "3", "--follow", settings["MONGO_DATABASE"]], stdout=subprocess.PIPE,
                          env=environment({"MONGO_URL": settings["MONGO_URL"]})) as server:
        wait_until(lambda: is_listening(int(port)))
        with subprocess.Popen([binary("bank-load"), "sockets", "--wire-url", f"http://127.0.0.1:{port}",
                               "--path", "/any", "--sockets", "5", "--seconds", "8", "--json"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
            # The first ones may come before it follows.
            while client.poll() is None:
                assert ada.transfer(ben.account["number"], 1).status_code == 201
                time.sleep(0.2)
            heard, errors = client.communicate(timeout=60)
        assert json.loads(heard)["pushes"] == 15, errors
        assert json.loads(server.communicate(timeout=20)[0])["deliveries"] == 15


def is_listening(port: int) -> bool:
    """By proc(5): a connection would count as one of the sockets."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def test_sockets_that_are_turned_away_are_told(tellers: Tellers, tmp_path: Path):
    code, result = sockets(tellers, tmp_path, "--seconds", "1", "--hot",
                           WEBSOCKET_CONNECTIONS_PER_CUSTOMER="15")
    assert code == 1
    assert [result["open"], result["lost"]] == [15, {"4429": 5}]
