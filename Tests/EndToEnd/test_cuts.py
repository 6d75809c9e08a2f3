"""A network that fails again and again while money moves: clients that resume miss nothing.

A long run by hand: CUTS_SECONDS=600 CUT_SECONDS=2 TRANSFERS_PER_SECOND=200 pytest -s -k cut
"""

import json
import os
import subprocess
from pathlib import Path

from support.processes import ROOT, Teller, binary
from support.proxy import CuttingProxy
from support.told import Audience

CUTS_SECONDS = os.environ.get("CUTS_SECONDS", "20")
CUT_SECONDS = float(os.environ.get("CUT_SECONDS", "0.5"))
OPEN_SECONDS = float(os.environ.get("OPEN_SECONDS", str(2 * CUT_SECONDS)))
TRANSFERS_PER_SECOND = os.environ.get("TRANSFERS_PER_SECOND", "50")
CUSTOMERS = 10


def test_clients_that_are_cut_off_again_and_again_are_told_every_entry_once_and_in_order(
        tellers, tmp_path: Path):
    teller, tokens = tellers.start(), tmp_path / "tokens"
    teller.bankctl("seed", "--customers", str(CUSTOMERS), "--balance", "500000", "--tokens", str(tokens))
    customers = [json.loads(line) for line in tokens.read_text().splitlines()]
    with (CuttingProxy(teller.wire_port, CUT_SECONDS, OPEN_SECONDS) as proxy,
          Audience(teller, customers, proxy.port) as audience):
        said = move_money(teller, tokens)
        proxy.heal()
        assert audience.finish() == []
    assert min(follower.connections for follower in audience.followers) > proxy.cuts / 4 > 1
    print(f"\n{proxy.cuts} cuts of {CUT_SECONDS} s ended {proxy.dropped} connections; "
          f"{audience.told} entries told once and in order; {said}")


def move_money(teller: Teller, tokens: Path) -> str:
    """Transfers between the customers, at that rate; the load client checks the money."""
    done = subprocess.run(
        [binary("bank-load"), "transfers", "--url", teller.core.url, "--tokens", str(tokens),
         "--connections", "16", "--rate", TRANSFERS_PER_SECOND, "--seconds", CUTS_SECONDS, "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=float(CUTS_SECONDS) + 120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
