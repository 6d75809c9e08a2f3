"""A retry never pays twice."""

import pytest

from support.bank import Customer, assert_problem, at_once, key


def test_a23_a_replay_is_the_first_reply_byte_for_byte(ada: Customer, ben: Customer):
    same = key()
    first = ada.transfer(ben.account["number"], 1_000, idempotency_key=same)
    again = ada.transfer(ben.account["number"], 1_000, idempotency_key=same)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert ada.balance() == 499_000


def test_a23_a_refusal_is_replayed_too(ada: Customer, ben: Customer):
    same = key()
    first = ada.transfer(ben.account["number"], 600_000, idempotency_key=same)
    assert_problem(first, 409, "insufficient_funds")
    again = ada.transfer(ben.account["number"], 600_000, idempotency_key=same)
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a23_the_same_key_for_another_order_is_refused(ada: Customer, ben: Customer):
    same = key()
    assert ada.transfer(ben.account["number"], 1_000, idempotency_key=same).status_code == 201
    other = ada.transfer(ben.account["number"], 1_001, idempotency_key=same)
    assert_problem(other, 422, "idempotency_key_reused")
    assert ada.balance() == 499_000


def test_a23_two_customers_may_choose_the_same_key(ada: Customer, ben: Customer):
    same = key()
    assert ada.transfer(ben.account["number"], 1_000, idempotency_key=same).status_code == 201
    assert ben.transfer(ada.account["number"], 1_000, idempotency_key=same).status_code == 201


def test_a23_the_same_key_a_hundred_times_at_once_moves_the_money_once(ada: Customer, ben: Customer):
    same = key()
    replies = at_once(100, lambda _: ada.transfer(ben.account["number"], 1_000, idempotency_key=same))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1
    assert sum("Idempotent-Replayed" not in reply.headers for reply in replies) == 1
    assert (ada.balance(), ben.balance()) == (499_000, 501_000)


def test_a23_a_request_that_moves_money_needs_a_key(ada: Customer, ben: Customer):
    body = {"type": "transfer", "from": ada.account["id"], "to": ben.account["id"],
            "amount": 1, "currency": "USD"}
    assert_problem(ada.post("/transactions", body), 400, "idempotency_key_required")


@pytest.mark.parametrize("bad", ["x" * 256, "with space", "tab\there", "ümlaut".encode("latin-1")])
def test_a23_a_key_that_is_too_long_or_not_visible_ascii_is_refused(
        ada: Customer, ben: Customer, bad: str):
    reply = ada.transfer(ben.account["number"], 1, idempotency_key=bad)
    assert_problem(reply, 400, "validation_failed")
    assert ada.balance() == 500_000


def test_a23_a_request_that_failed_validation_may_use_its_key_again(ada: Customer, ben: Customer):
    same = key()
    assert ada.transfer(ben.account["number"], -1, idempotency_key=same).status_code == 400
    assert ada.transfer(ben.account["number"], 1, idempotency_key=same).status_code == 201
