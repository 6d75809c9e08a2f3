"""Rows about what staff set on an account: status and limits."""

import pytest

from support.bank import Customer, Pool, assert_problem, at_once, staff
from support.processes import Teller


@pytest.fixture(scope="module")
def tilly(teller: Teller) -> Customer:
    return staff(teller, "teller")


def set_limits(tilly: Customer, account: dict, **limits: int) -> dict:
    reply = tilly.ask("PUT", f"/accounts/{account['id']}/limits", body=limits)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_a11_the_last_daily_allowance_used_100_times_at_once_is_used_once(
        tilly: Customer, pool: Pool, teller: Teller):
    payer, payee = pool.take(), pool.take()
    set_limits(tilly, payer.account, dailyDebitLimit=1_000)
    assert payer.transfer(payee.account["number"], 990).status_code == 201
    replies = at_once(100, lambda _: payer.transfer(payee.account["number"], 10))
    refused = [reply for reply in replies if reply.status_code != 201]
    assert len(refused) == 99
    for reply in refused:
        assert_problem(reply, 409, "daily_limit_exceeded")
    assert payer.balance() == 500_000 - 1_000
    teller.verify()


def test_a11_an_overdraft_is_used_to_its_last_cent(tilly: Customer, ada: Customer, ben: Customer):
    set_limits(tilly, ada.account, overdraftLimit=500)
    assert ada.transfer(ben.account["number"], 500_500).status_code == 201
    assert_problem(ada.transfer(ben.account["number"], 1), 409, "insufficient_funds")
    assert ada.balance() == -500


@pytest.mark.parametrize("status, debit, credit", [
    ("frozen", 409, 409), ("dormant", 409, 201), ("active", 201, 201)])
def test_a13_status_is_checked_on_every_posting(
        tilly: Customer, ada: Customer, ben: Customer, status: str, debit: int, credit: int):
    path = f"/accounts/{ada.account['id']}/status"
    assert tilly.ask("PUT", path, body={"status": status, "reason": "Lost card"}).status_code == 200
    assert ada.transfer(ben.account["number"], 1).status_code == debit
    assert ben.transfer(ada.account["number"], 1).status_code == credit


def test_a14_accounts_have_a_currency_and_don_t_exchange(ada: Customer, ben: Customer):
    opened = ada.post("/accounts", {"type": "saving", "currency": "JPY"})
    assert (opened.status_code, opened.json()["exponent"]) == (201, 0)
    reply = ben.transfer(opened.json()["number"], 1)
    assert_problem(reply, 422, "currency_mismatch")


def test_a15_an_account_is_closed_only_when_it_is_empty(ada: Customer, ben: Customer):
    path = f"/accounts/{ada.account['id']}"
    assert_problem(ada.ask("DELETE", path), 409, "balance_not_zero")
    assert ada.transfer(ben.account["number"], 500_000).status_code == 201
    assert ada.ask("DELETE", path).status_code == 204
    assert_problem(ben.transfer(ada.account["number"], 1), 409, "account_not_active")
