"""Rows of list B: batches, atomic or not, and dry runs."""

from support.bank import Customer, Pool, assert_problem, at_once, key
from support.processes import Teller


def order(payer: Customer, payee: Customer, amount: int) -> dict:
    return {"idempotencyKey": key(), "type": "transfer", "from": payer.account["id"],
            "to": payee.account["number"], "amount": amount, "currency": "USD"}


def post(payer: Customer, orders: list[dict], atomic: bool):
    return payer.post("/transactions/batch", {"atomic": atomic, "transactions": orders})


def outcomes(reply) -> list[str]:
    return [one["outcome"] for one in reply.json()["outcomes"]]


def test_b_bulk_each_for_itself_with_outcomes_in_order(ada: Customer, ben: Customer, teller: Teller):
    orders = [order(ada, ben, 1) for _ in range(998)]
    orders.insert(10, order(ada, ben, 10_000_000))
    orders.insert(20, order(ada, ben, 0))
    reply = post(ada, orders, atomic=False)
    assert reply.status_code == 200, reply.text
    told = outcomes(reply)
    assert (told[10], told[20]) == ("refused", "invalid")
    assert [one["index"] for one in reply.json()["outcomes"]] == list(range(1_000))
    assert (reply.json()["posted"], reply.json()["refused"], reply.json()["invalid"]) == (998, 1, 1)
    assert (ada.balance(), ben.balance()) == (500_000 - 998, 500_000 + 998)
    again = post(ada, orders, atomic=False)
    assert outcomes(again) == told
    assert all(one.get("replayed") for one in again.json()["outcomes"] if one["outcome"] != "invalid")
    assert ada.balance() == 500_000 - 998
    teller.verify()


def test_b_bulk_atomic_moves_all_or_nothing(ada: Customer, ben: Customer):
    orders = [order(ada, ben, 1_000) for _ in range(500)]
    spoilt = orders + [order(ada, ben, 1)]
    reply = post(ada, spoilt, atomic=True)
    assert_problem(reply, 422, "batch_refused")
    assert outcomes(reply) == ["not_posted"] * 500 + ["refused"]
    assert ada.balance() == 500_000
    assert post(ada, orders, atomic=True).json()["posted"] == 500
    assert ada.balance() == 0


def test_b_of_two_atomic_batches_at_once_that_can_t_both_be_paid_one_wins(pool: Pool):
    payer, payee = pool.take(), pool.take()
    batches = [[order(payer, payee, 300_000), order(payer, payee, 1)] for _ in range(8)]
    replies = at_once(8, lambda number: post(payer, batches[number], atomic=True).status_code)
    assert sorted(replies) == [200] + [422] * 7
    assert payer.balance() == 500_000 - 300_001


def test_b_a_dry_run_tells_and_writes_nothing(ada: Customer, ben: Customer):
    body = order(ada, ben, 500_000)
    del body["idempotencyKey"]
    fine = ada.post("/transactions?dryRun=true", body)
    assert (fine.status_code, fine.json()["outcome"], fine.json()["balanceAfter"]) == (200, "posted", 0)
    refused = ada.post("/transactions?dryRun=true", body | {"amount": 500_001})
    assert refused.json()["outcome"] == "refused"
    assert refused.json()["problem"]["code"] == "insufficient_funds"
    assert_problem(ben.post("/transactions?dryRun=true", body), 404, "not_found")
    assert (ada.balance(), len(ada.entries())) == (500_000, 1)
