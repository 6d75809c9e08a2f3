"""Money set aside before it moves, as a client uses it: A20, and list B's holds."""

import time
from pathlib import Path

import pytest

from conftest import Tellers
from support.bank import Client, Customer, Pool, assert_problem, at_once, key, staff
from support.processes import Service, Teller, free_port
from support.wire import hear_type, live, wait_until


@pytest.fixture(scope="module")
def clerk(teller: Teller) -> Customer:
    return staff(teller, "teller")


@pytest.fixture
def payer(pool: Pool) -> Customer:
    return pool.take()


@pytest.fixture
def shop(pool: Pool) -> Customer:
    return pool.take()


def ask(caller: Client, path: str, body=None, idempotency_key: str | None = None):
    return caller.post(path, body, headers={"Idempotency-Key": idempotency_key or key()})


def reserve(payer: Customer, shop: Customer, amount: int, caller: Client | None = None, *,
            idempotency_key: str | None = None, **fields):
    return ask(caller or payer, "/holds", {
        "from": payer.account["id"], "to": shop.account["number"], "amount": amount,
        "currency": "USD", **fields}, idempotency_key)


def hold(payer: Customer, shop: Customer, amount: int, **fields) -> dict:
    reply = reserve(payer, shop, amount, **fields)
    assert reply.status_code == 201, reply.text
    return reply.json()


def capture(caller: Client, held: dict, amount: int | None = None,
            idempotency_key: str | None = None):
    body = None if amount is None else {"amount": amount}
    return ask(caller, f"/holds/{held['id']}/capture", body, idempotency_key)


def void(caller: Client, held: dict, idempotency_key: str | None = None):
    return ask(caller, f"/holds/{held['id']}/void", None, idempotency_key)


def balance(customer: Customer) -> list[int]:
    found = customer.get(f"/accounts/{customer.account['id']}/balance").json()
    return [found["posted"], found["held"], found["available"]]


def status(caller: Client, held: dict) -> str:
    return caller.get(f"/holds/{held['id']}").json()["status"]


def test_a20_pending_money_is_a_hold_captured_in_part(payer: Customer, shop: Customer):
    made = reserve(payer, shop, 10_000, expiresIn=3_600)
    assert made.status_code == 201, made.text
    held = made.json()
    assert made.headers["Location"] == f"/api/v1/holds/{held['id']}"
    assert held["status"] == "pending"
    assert [held["amount"], held["captured"], held["released"]] == [10_000, 0, 0]
    assert held["from"]["accountId"] == payer.account["id"]
    assert "accountId" not in held["to"]
    assert balance(payer) == [500_000, 10_000, 490_000]
    assert balance(shop) == [500_000, 0, 500_000]
    entry = payer.get(f"/transactions/{held['transactionId']}").json()
    assert [entry["type"], entry["status"], entry["seq"]] == ["hold", "pending", 2]
    assert entry["balanceAfter"] == 500_000

    taken = capture(shop, held, 8_000)
    assert taken.status_code == 201, taken.text
    assert taken.json()["type"] == "capture"
    assert taken.json()["amount"] == 8_000
    assert taken.json()["relatedTransactionId"] == held["transactionId"]
    assert balance(payer) == [492_000, 0, 492_000]
    assert balance(shop) == [508_000, 0, 508_000]
    ended = payer.get(f"/holds/{held['id']}").json()
    assert [ended["status"], ended["captured"], ended["released"]] == ["captured", 8_000, 2_000]
    entry = payer.get(f"/transactions/{held['transactionId']}").json()
    assert entry["status"] == "captured"
    assert entry["relatedTransactionId"] == taken.json()["id"]
    # One seq orders all that happens to the payer; the receiver sees the capture alone.
    assert [(entry["type"], entry["seq"]) for entry in payer.entries()] == [
        ("deposit", 1), ("hold", 2), ("capture", 3)]
    assert [entry["type"] for entry in shop.entries()] == ["deposit", "capture"]


def test_a20_the_whole_is_captured_when_no_amount_is_given(payer: Customer, shop: Customer):
    held = hold(payer, shop, 500_000)
    assert balance(payer) == [500_000, 500_000, 0]
    assert capture(shop, held).json()["amount"] == 500_000
    assert balance(payer) == [0, 0, 0]


def test_a20_a_voided_hold_gives_all_back(payer: Customer, shop: Customer):
    held = hold(payer, shop, 10_000)
    released = void(shop, held)
    assert released.status_code == 201, released.text
    assert released.json()["type"] == "release"
    assert balance(payer) == [500_000, 0, 500_000]
    assert status(payer, held) == "voided"
    assert_problem(void(shop, held), 409, "hold_not_pending")
    assert_problem(capture(shop, held), 409, "hold_not_pending")


def test_a20_a_hold_expires_by_itself_and_both_are_told(teller: Teller, payer: Customer,
                                                       shop: Customer):
    with live(teller, payer.token) as payers, live(teller, shop.token) as shops:
        held = hold(payer, shop, 10_000, expiresIn=1)
        pushed = hear_type(payers, "transaction")
        assert [pushed["seq"], pushed["transaction"]["type"]] == [2, "hold"]
        assert [pushed["balance"][part] for part in ("posted", "held", "available")] == [
            500_000, 10_000, 490_000]
        pushed = hear_type(payers, "transaction")
        assert [pushed["seq"], pushed["transaction"]["type"]] == [3, "release"]
        assert pushed["balance"]["available"] == 500_000
        for connection in (payers, shops):
            told = hear_type(connection, "notification")
            assert [told["kind"], told["data"]["holdId"]] == ["hold.expired", held["id"]]
    assert status(payer, held) == "expired"
    assert balance(payer) == [500_000, 0, 500_000]
    release = payer.entries()[-1]
    assert [release["type"], release["seq"]] == ["release", 3]
    assert release["relatedTransactionId"] == held["transactionId"]
    assert release["requestId"].startswith("req_")
    assert release["requestId"] != held["requestId"]
    assert_problem(capture(shop, held), 409, "hold_not_pending")


def test_a20_the_life_of_a_transaction_can_be_asked_for_by_its_status(payer: Customer,
                                                                    shop: Customer):
    pending, captured, voided = (hold(payer, shop, 100 + index) for index in range(3))
    capture(shop, captured)
    void(shop, voided)
    for wanted, held in (("pending", pending), ("captured", captured), ("voided", voided)):
        for path in ("/holds", "/transactions", f"/accounts/{payer.account['id']}/transactions"):
            found = payer.get(path, params={"status": wanted}).json()["data"]
            assert [entry["amount"] for entry in found] == [held["amount"]], (path, wanted)
    own = shop.get("/holds").json()["data"]
    assert [found["id"] for found in own] == [voided["id"], captured["id"], pending["id"]]


def test_b_a_hold_is_settled_by_its_receiver_or_staff_alone(payer: Customer, shop: Customer,
                                                            pool: Pool, clerk: Customer):
    held = hold(payer, shop, 100)
    stranger = pool.take()
    for settle in (capture, void):
        assert_problem(settle(payer, held), 403, "forbidden")
        assert_problem(settle(stranger, held), 404, "not_found")
    assert_problem(stranger.get(f"/holds/{held['id']}"), 404, "not_found")
    assert_problem(reserve(payer, shop, 100, caller=shop), 404, "not_found")
    assert capture(clerk, held).status_code == 201
    assert reserve(payer, shop, 100, caller=clerk).status_code == 201


def test_b_no_more_is_captured_than_is_held(payer: Customer, shop: Customer):
    held = hold(payer, shop, 100)
    assert_problem(capture(shop, held, 101), 422, "capture_exceeds_hold")
    for wrong in (0, -1, 1.5, "10", 2**53):
        assert_problem(capture(shop, held, wrong), 400, "validation_failed", "/amount",
                       "invalid_amount")
    assert status(shop, held) == "pending"
    assert capture(shop, held, 100).status_code == 201


def test_b_a_hold_that_can_t_be_paid_is_refused_and_recorded(payer: Customer, shop: Customer):
    hold(payer, shop, 400_000)
    problem = assert_problem(reserve(payer, shop, 100_001), 409, "insufficient_funds")
    entry = payer.get(f"/transactions/{problem['transactionId']}").json()
    assert [entry["type"], entry["status"]] == ["hold", "refused"]
    assert_problem(payer.transfer(shop.account["number"], 100_001), 409, "insufficient_funds")
    assert payer.transfer(shop.account["number"], 100_000).status_code == 201
    assert balance(payer) == [400_000, 400_000, 0]


def test_b_held_money_counts_as_a_debit_of_the_day(payer: Customer, shop: Customer,
                                                   clerk: Customer):
    clerk.ask("PUT", f"/accounts/{payer.account['id']}/limits", body={"dailyDebitLimit": 1_000})
    held = hold(payer, shop, 1_000)
    assert_problem(payer.transfer(shop.account["number"], 1), 409, "daily_limit_exceeded")
    assert_problem(reserve(payer, shop, 1), 409, "daily_limit_exceeded")
    void(shop, held)
    assert payer.transfer(shop.account["number"], 1_000).status_code == 201


def test_b_the_same_key_reserves_captures_and_voids_once(payer: Customer, shop: Customer):
    body = dict(amount=100, idempotency_key="hold-1")
    first = reserve(payer, shop, **body)
    assert capture(shop, first.json(), 60, "capture-1").status_code == 201
    again = reserve(payer, shop, **body)
    assert again.status_code == 201
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    replayed = capture(shop, first.json(), 60, "capture-1")
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert_problem(capture(shop, first.json(), 61, "capture-1"), 422, "idempotency_key_reused")
    assert_problem(reserve(payer, shop, 101, idempotency_key="hold-1"), 422,
                   "idempotency_key_reused")
    assert_problem(payer.transfer(shop.account["number"], 100, idempotency_key="hold-1"), 422,
                   "idempotency_key_reused")
    missing = payer.post("/holds", {})
    assert_problem(missing, 400, "idempotency_key_required")
    assert balance(payer) == [499_940, 0, 499_940]


@pytest.mark.parametrize("fields, pointer, fault", [
    ({"amount": 0}, "/amount", "invalid_amount"), ({"amount": 1.5}, "/amount", "invalid_amount"),
    ({"expiresIn": 0}, "/expiresIn", "out_of_range"),
    ({"expiresIn": 31 * 24 * 3_600 + 1}, "/expiresIn", "out_of_range"),
    ({"to": "acc_1"}, "/to", "invalid_account"), ({"from": None}, "/from", "required"),
    ({"currency": "XXX1"}, "/currency", "invalid_currency"), ({"note": "x"}, "/note", "unknown_field"),
])
def test_b_a_wrong_hold_is_told_what_is_wrong(payer: Customer, shop: Customer, fields: dict,
                                              pointer: str, fault: str):
    body = {"from": payer.account["id"], "to": shop.account["id"], "amount": 1, "currency": "USD"}
    assert_problem(ask(payer, "/holds", body | fields), 400, "validation_failed", pointer, fault)


def test_b_a_hundred_captures_of_one_hold_have_one_winner(payer: Customer, shop: Customer):
    held = hold(payer, shop, 1_000)
    replies = at_once(100, lambda index: (capture if index % 4 else void)(shop, held))
    won = [reply for reply in replies if reply.status_code == 201]
    lost = [reply for reply in replies if reply.status_code == 409]
    assert [len(won), len(lost)] == [1, 99]
    assert {reply.json()["code"] for reply in lost} == {"hold_not_pending"}
    paid = 1_000 if won[0].json()["type"] == "capture" else 0
    assert balance(payer) == [500_000 - paid, 0, 500_000 - paid]
    assert balance(shop) == [500_000 + paid, 0, 500_000 + paid]


def test_b_of_a_hundred_holds_on_the_last_money_one_is_reserved(payer: Customer, shop: Customer):
    replies = at_once(100, lambda _: reserve(payer, shop, 300_000))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 99
    assert balance(payer) == [500_000, 300_000, 200_000]


def test_b_an_account_or_customer_with_money_on_hold_is_not_closed(payer: Customer, shop: Customer,
                                                                   clerk: Customer):
    account = f"/accounts/{payer.account['id']}"
    clerk.ask("PUT", account + "/limits", body={"overdraftLimit": 100})
    assert payer.transfer(shop.account["number"], 500_000).status_code == 201
    held = hold(payer, shop, 100)
    assert_problem(payer.ask("DELETE", account), 409, "holds_open")
    assert_problem(payer.ask("DELETE", f"/customers/{payer.id}"), 409, "holds_open")
    void(shop, held)
    assert payer.ask("DELETE", account).status_code == 204


def test_b_expiries_survive_a_kill_and_happen_once_on_two_instances(tellers: Tellers,
                                                                   tmp_path: Path):
    """kill -9 between reserving and releasing, then two instances that release at once."""
    teller = tellers.start()
    pool = Pool(teller, tmp_path)
    shop, *payers = pool.take_many(6)
    holds = [hold(payer, shop, 10, expiresIn=2) for payer in payers for _ in range(10)]
    teller.core.kill()
    time.sleep(2.5)
    port = free_port()
    second = Service("bank-core", teller.settings | {"BANK_PORT": str(port)}, tmp_path, port)
    second.start(wait=False)
    teller.core.start()
    try:
        second.wait_until_ready()
        for held, payer in zip(holds, [payer for payer in payers for _ in range(10)]):
            wait_until(lambda: status(payer, held) == "expired")
        for payer in payers:
            assert balance(payer) == [500_000, 0, 500_000]
            kinds = [entry["type"] for entry in payer.entries()]
            assert kinds == ["deposit"] + ["hold"] * 10 + ["release"] * 10
    finally:
        second.stop()
    teller.verify()
