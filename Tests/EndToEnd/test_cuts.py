"""A network that fails again and again while money moves: clients that resume miss nothing.

A long run by hand: CUTS_SECONDS=600 CUT_SECONDS=2 TRANSFERS_PER_SECOND=200 pytest -s -k cut
"""

import os
import time
from pathlib import Path

from support.bank import Pool
from support.load import Load
from support.proxy import CuttingProxy
from support.wire import Follower

CUTS_SECONDS = float(os.environ.get("CUTS_SECONDS", "20"))
CUT_SECONDS = float(os.environ.get("CUT_SECONDS", "0.5"))
OPEN_SECONDS = float(os.environ.get("OPEN_SECONDS", str(2 * CUT_SECONDS)))
TRANSFERS_PER_SECOND = float(os.environ.get("TRANSFERS_PER_SECOND", "50"))


def test_clients_that_are_cut_off_again_and_again_are_told_every_entry_once_and_in_order(
        tellers, tmp_path: Path):
    teller = tellers.start()
    customers = Pool(teller, tmp_path).take_many(10)
    with CuttingProxy(teller.wire_port, CUT_SECONDS, OPEN_SECONDS) as proxy:
        followers = [Follower(teller, customer.token, customer.account["id"], port=proxy.port)
                     for customer in customers]
        for follower in followers:
            follower.start()
        load = Load(customers, per_second=TRANSFERS_PER_SECOND).start()
        time.sleep(CUTS_SECONDS)
        load.stop()
        proxy.heal()
        told = 0
        for customer, follower in zip(customers, followers):
            last = customer.get(f"/accounts/{customer.account['id']}").json()["seq"]
            assert follower.finish(last) == list(range(1, last + 1))
            assert follower.connections > proxy.cuts / 4 > 1
            told += last
    print(f"\n{proxy.cuts} cuts of {CUT_SECONDS} s ended {proxy.dropped} connections; "
          f"{load.check()} transfers; {told} entries told once and in order")
