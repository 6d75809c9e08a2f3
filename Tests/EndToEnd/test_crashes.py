"""kill -9 under load. It shows what a dead process leaves behind; it says nothing about lost power."""

import os
import time
from pathlib import Path

import requests

from support.bank import Pool
from support.load import Load
from support.processes import Teller, free_port
from support.wire import Follower, wait_until

KILLS = int(os.environ.get("KILLS", "2"))
RESUME_SECONDS = 10


def test_no_acknowledged_transfer_is_lost_when_the_bank_is_killed(tellers, tmp_path: Path):
    teller = tellers.start()
    customers = Pool(teller, tmp_path).take_many(6)
    load = Load(customers).start()
    for _ in range(KILLS):
        wait_for_progress(load)
        teller.core.kill()
        time.sleep(0.2)
        teller.core.start()
        wait_for_progress(load)
    load.stop()
    outcomes = load.check()
    assert outcomes[201] > 50 and any(attempt.asked > 1 for attempt in load.attempts)
    teller.verify()


def wait_for_progress(load: Load, transfers: int = 40) -> None:
    """Money flows again within 10 s of a crash."""
    before = sum(attempt.status == 201 for attempt in load.attempts)
    wait_until(lambda: sum(attempt.status == 201 for attempt in load.attempts) >= before + transfers,
               RESUME_SECONDS, lambda: "the transfers stand still")


def test_clients_that_resume_see_every_entry_once_when_the_wire_is_killed(tellers, tmp_path: Path):
    teller = tellers.start()
    customers = Pool(teller, tmp_path).take_many(4)
    followers = [Follower(teller, customer.token, customer.account["id"]) for customer in customers]
    for follower in followers:
        follower.start()
    load = Load(customers, threads=4).start()
    for _ in range(KILLS):
        heard = [len(follower.seqs) for follower in followers]
        wait_until(lambda: all(len(follower.seqs) > before + 5
                               for follower, before in zip(followers, heard)))
        teller.wire.kill()
        time.sleep(0.5)
        teller.wire.start()
    load.stop()
    for customer, follower in zip(customers, followers):
        last = customer.get(f"/accounts/{customer.account['id']}").json()["seq"]
        assert follower.finish(last) == list(range(1, last + 1))
        assert follower.connections > KILLS


def test_sigterm_ends_both_services_with_0_and_loses_nothing(tellers, tmp_path: Path):
    teller = tellers.start()
    customers = Pool(teller, tmp_path).take_many(4)
    load = Load(customers, threads=4).start()
    wait_for_progress(load)
    assert teller.core.stop() == 0
    teller.core.start()
    wait_for_progress(load)
    load.stop()
    load.check()
    assert teller.wire.stop() == 0
    assert teller.core.stop() == 0


def test_a_bank_without_its_database_is_alive_but_not_ready(tellers, mongo_url: str):
    teller = Teller(f"mongodb://127.0.0.1:{free_port()}/?replicaSet=rs0", tellers.logs)
    for service in (teller.core, teller.wire):
        service.start(wait=False)
    try:
        for service in (teller.core, teller.wire):
            wait_until(lambda: answers(f"{service.url}/health/live") == 200)
            assert answers(f"{service.url}/health/ready") == 503
    finally:
        teller.stop()


def answers(url: str) -> int | None:
    try:
        return requests.get(url, timeout=2).status_code
    except requests.RequestException:
        return None
