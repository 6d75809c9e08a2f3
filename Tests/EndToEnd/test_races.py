"""Money under simultaneous use."""

import os
import random

from support.bank import Pool, assert_problem, at_once, staff
from support.money import order
from support.processes import Teller

ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))
DEBITS = 200


def test_of_200_simultaneous_debits_of_the_whole_balance_exactly_one_succeeds(teller: Teller, pool: Pool):
    payer, payee = pool.take(), pool.take()
    for _ in range(ROUNDS):
        whole = payer.balance()
        before = payee.balance()
        replies = at_once(DEBITS, lambda _: payer.transfer(payee.account["number"], whole))
        won = [reply for reply in replies if reply.status_code == 201]
        lost = [reply for reply in replies if reply.status_code != 201]
        assert (len(won), len(lost)) == (1, DEBITS - 1)
        for reply in lost:
            assert_problem(reply, 409, "insufficient_funds")
        assert (payer.balance(), payee.balance()) == (0, before + whole)
        payer, payee = payee, payer
    teller.verify()


def test_of_100_uses_of_a_daily_allowance_as_many_win_as_it_pays_for(teller: Teller, pool: Pool):
    tilly, payer, payee = staff(teller, "teller"), pool.take(), pool.take()
    limits = tilly.ask("PUT", f"/accounts/{payer.account['id']}/limits", body={"dailyDebitLimit": 75})
    assert limits.status_code == 200, limits.text
    kinds = [("transfer", payee.account["number"]), ("withdrawal", None)]

    def use(number: int) -> int:
        kind, to = kinds[number % 2]
        sides = {"from": payer.account["id"]} | ({"to": to} if to else {})
        return order(payer, kind, 10, **sides).status_code

    codes = at_once(100, use)
    assert (codes.count(201), codes.count(409)) == (7, 93)
    assert payer.balance() == 500_000 - 70
    teller.verify()


def test_rings_of_transfers_neither_lock_up_nor_lose_a_cent(teller: Teller, pool: Pool):
    ring = [pool.take() for _ in range(8)]
    choose = random.Random(1993)
    moves = [(*choose.sample(range(8), 2), choose.randint(1, 5)) for _ in range(600)]

    def move(index: int) -> int:
        payer, payee, amount = moves[index]
        return ring[payer].transfer(ring[payee].account["number"], amount).status_code

    assert set(at_once(len(moves), move, threads=32)) == {201}
    expected = [500_000] * 8
    for payer, payee, amount in moves:
        expected[payer] -= amount
        expected[payee] += amount
    assert [customer.balance() for customer in ring] == expected
    for customer in ring:
        assert [entry["seq"] for entry in customer.entries()] == \
            list(range(1, len(customer.entries()) + 1))
    teller.verify()


def test_who_got_the_reply_reads_its_effect(pool: Pool):
    payer, payee = pool.take(), pool.take()
    for _ in range(50):
        reply = payer.transfer(payee.account["number"], 7).json()
        assert payer.balance() <= reply["balanceAfter"]
        assert payer.entries()[-1]["id"] == reply["id"]
