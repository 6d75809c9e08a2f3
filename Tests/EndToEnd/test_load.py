"""The load client against the running services."""

import json
import subprocess
from pathlib import Path

from conftest import Tellers
from support.processes import binary


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


def test_sockets_that_are_turned_away_are_told(tellers: Tellers, tmp_path: Path):
    code, result = sockets(tellers, tmp_path, "--seconds", "1", "--hot",
                           WEBSOCKET_CONNECTIONS_PER_CUSTOMER="15")
    assert code == 1
    assert [result["open"], result["lost"]] == [15, {"4429": 5}]
