"""Rows about the types of accounts and transactions: A10, A11, A12 and A19."""

import secrets
import threading
from collections import Counter
from typing import Any, Iterator

import pytest

from support.bank import Client, Customer, Pool, assert_problem, at_once, key, staff
from support.processes import Teller


@pytest.fixture(scope="module")
def grace(teller: Teller) -> Customer:
    return staff(teller, "admin")


@pytest.fixture(scope="module")
def tilly(teller: Teller) -> Customer:
    return staff(teller, "teller")


def new_code() -> str:
    return f"own-{secrets.token_hex(6)}"


def make(grace: Customer, kind: str, **fields: Any) -> str:
    """A type of one's own: its code."""
    code = new_code()
    reply = grace.post(f"/{kind}-types", {"code": code, "name": "Own", **fields})
    assert reply.status_code == 201, reply.text
    return code


def change(grace: Customer, kind: str, code: str, **fields: Any) -> dict:
    reply = grace.ask("PATCH", f"/{kind}-types/{code}", body=fields)
    assert reply.status_code == 200, reply.text
    return reply.json()


def open_account(tilly: Customer, owner: Customer, kind: str, funds: int = 0) -> dict:
    """An account of any type, opened and filled by staff."""
    reply = tilly.post("/accounts", {"type": kind, "customerId": owner.id})
    assert reply.status_code == 201, reply.text
    account = reply.json()
    if funds:
        paid = tilly.post("/transactions", {"type": "deposit", "to": account["id"], "amount": funds,
                                            "currency": "USD"}, headers={"Idempotency-Key": key()})
        assert paid.status_code == 201, paid.text
    return account


def types(asking: Client, kind: str) -> dict[str, dict]:
    """All of them by their codes, read page by page."""
    found: list[dict] = []
    cursor: dict = {}
    while True:
        page = asking.get(f"/{kind}-types", params={"limit": 3, **cursor}).json()
        found += page["data"]
        if not page["hasMore"]:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert [one["code"] for one in found] == sorted({one["code"] for one in found})
    return {one["code"]: one for one in found}


# A10: further accounts

def test_a10_customers_open_saving_and_personal_accounts_up_to_four(pool: Pool):
    ada = pool.take()
    for kind in ("saving", "personal", "saving"):
        opened = ada.post("/accounts", {"type": kind, "description": "Rainy days"})
        assert opened.status_code == 201, opened.text
        assert (opened.json()["type"], opened.json()["description"]) == (kind, "Rainy days")
    assert_problem(ada.post("/accounts", {"type": "saving"}), 409, "account_limit_reached")
    path = f"/accounts/{ada.account['id']}"
    assert ada.ask("PATCH", path, body={"description": "Rent"}).json()["description"] == "Rent"


def test_a10_other_types_are_opened_by_staff(grace: Customer, tilly: Customer, ada: Customer):
    own = make(grace, "account")
    for kind in ("loan", own):
        assert_problem(ada.post("/accounts", {"type": kind}), 403, "forbidden")
        assert open_account(tilly, ada, kind)["type"] == kind
    assert_problem(tilly.post("/accounts", {"type": new_code(), "customerId": ada.id}), 400,
                   "validation_failed", "/type", "invalid_value")


# A11: account types

def test_a11_four_account_types_are_built_in_without_limits(ada: Customer):
    built_in = types(ada, "account")
    for code in ("saving", "personal", "loan", "merchant"):
        one = built_in[code]
        assert one["name"] and one["overdraftAllowed"] is True
        assert [one[name] for name in ("minimumAmount", "maximumAmount", "dailyDebitLimit")] == [None] * 3


def test_a11_an_account_type_is_made_once_and_changed(grace: Customer, ada: Customer):
    code = make(grace, "account", description="For few", minimumAmount=10, maximumAmount=20)
    again = grace.post("/account-types", {"code": code, "name": "Again"})
    assert_problem(again, 409, "code_taken")
    changed = change(grace, "account", code, name="Few", dailyDebitLimit=30, description=None)
    assert changed == types(ada, "account")[code] == {
        "code": code, "name": "Few", "description": "For few", "minimumAmount": 10,
        "maximumAmount": 20, "dailyDebitLimit": 30, "overdraftAllowed": True}
    assert_problem(grace.ask("PATCH", f"/account-types/{new_code()}", body={}), 404, "not_found")
    crossed = grace.ask("PATCH", f"/account-types/{code}", body={"minimumAmount": 21})
    assert_problem(crossed, 400, "validation_failed", "/maximumAmount", "out_of_range")
    assert types(ada, "account")[code] == changed


@pytest.mark.parametrize("code", ["cash", "reversal", "capture", "A", "1st", "with space", "", "a" * 33])
def test_a11_a_code_is_a_word_that_means_nothing_else(grace: Customer, code: str):
    for kind in ("account", "transaction"):
        reply = grace.post(f"/{kind}-types", {"code": code, "name": "Odd"})
        assert_problem(reply, 400, "validation_failed", "/code")


def test_a11_the_type_of_either_side_bounds_the_amount(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer):
    kind = make(grace, "account", minimumAmount=10, maximumAmount=20)
    account = open_account(tilly, ben, kind)
    for amount, refusal in [(9, "amount_below_minimum"), (21, "amount_above_maximum")]:
        assert_problem(ada.transfer(account["number"], amount), 422, refusal)
    for amount in (10, 20):
        assert ada.transfer(account["number"], amount).status_code == 201
    body = {"from": account["id"]}
    assert_problem(ben.transfer(ada.account["number"], 9, **body), 422, "amount_below_minimum")
    assert ben.transfer(ada.account["number"], 10, **body).status_code == 201
    refused = ada.get("/transactions", params={"status": "refused"}).json()["data"]
    assert [one["refusal"]["code"] for one in refused] == ["amount_above_maximum", "amount_below_minimum"]


def test_a11_the_account_s_own_daily_limit_goes_before_its_type_s(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer):
    account = open_account(tilly, ada, make(grace, "account", dailyDebitLimit=100), funds=1_000)

    def pay(amount: int):
        return ada.transfer(ben.account["number"], amount, **{"from": account["id"]})

    assert_problem(pay(101), 409, "daily_limit_exceeded")
    assert pay(100).status_code == 201
    path = f"/accounts/{account['id']}/limits"
    assert tilly.ask("PUT", path, body={"dailyDebitLimit": 150}).status_code == 200
    assert_problem(pay(51), 409, "daily_limit_exceeded")
    assert pay(50).status_code == 201


def test_a11_an_overdraft_is_given_only_where_the_type_allows_it(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer):
    kind = make(grace, "account")
    account = open_account(tilly, ada, kind)
    path = f"/accounts/{account['id']}/limits"
    assert tilly.ask("PUT", path, body={"overdraftLimit": 50}).status_code == 200
    change(grace, "account", kind, overdraftAllowed=False)
    problem = assert_problem(tilly.ask("PUT", path, body={"overdraftLimit": 60}), 422, "type_not_allowed")
    assert "overdraft" in problem["detail"]
    kept = ada.transfer(ben.account["number"], 50, **{"from": account["id"]})
    assert kept.status_code == 201, "what it has it keeps"
    assert tilly.ask("PUT", path, body={"overdraftLimit": 0}).status_code == 200


def test_a11_the_type_s_daily_limit_used_100_times_at_once_has_the_allowed_winners(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer, teller: Teller):
    kind = make(grace, "account", dailyDebitLimit=70)
    account = open_account(tilly, ada, kind, funds=1_000)
    replies = at_once(
        100, lambda _: ada.transfer(ben.account["number"], 10, **{"from": account["id"]}))
    assert Counter(reply.status_code for reply in replies) == {201: 7, 409: 93}
    for reply in replies:
        if reply.status_code == 409:
            assert_problem(reply, 409, "daily_limit_exceeded")
    assert ada.get(f"/accounts/{account['id']}/balance").json()["posted"] == 930
    teller.verify()


# A12: numbers

def test_a12_accounts_of_every_type_have_ten_digits_with_a_check_digit(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer):
    own = make(grace, "account")
    accounts = [open_account(tilly, ada, kind) for kind in ("saving", "loan", "merchant", own)]
    assert len({account["number"] for account in accounts}) == 4
    for account in accounts:
        number = account["number"]
        assert len(number) == 10 and number.isdigit()
        digits = [int(digit) for digit in reversed(number)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        assert (sum(digits[0::2]) + sum(doubled)) % 10 == 0
    wrong = accounts[0]["number"][:-1] + str((int(accounts[0]["number"][-1]) + 1) % 10)
    assert_problem(ben.transfer(wrong, 1), 400, "validation_failed", "/to", "invalid_account")
    listed = ada.get("/accounts", params={"type": own}).json()["data"]
    assert [one["id"] for one in listed] == [accounts[-1]["id"]]


# A19: transaction types

def test_a19_five_transaction_types_are_built_in_without_limits(ada: Customer):
    built_in = types(ada, "transaction")
    for code in ("deposit", "withdrawal", "transfer", "purchase", "hold"):
        one = built_in[code]
        assert (one["status"], one["rules"]) == ("active", [])
        assert (one["minimumAmount"], one["maximumAmount"]) == (None, None)
    assert not {"reversal", "cancellation", "capture", "release"} & built_in.keys()


def test_a19_an_own_type_moves_money_as_a_transfer_does(
        grace: Customer, ada: Customer, ben: Customer):
    unknown = new_code()
    assert_problem(ada.transfer(ben.account["number"], 5, type=unknown), 400, "validation_failed",
                   "/type", "invalid_value")
    code = make(grace, "transaction", minimumAmount=5, maximumAmount=500)
    posted = ada.transfer(ben.account["number"], 5, type=code)
    assert (posted.status_code, posted.json()["type"]) == (201, code)
    assert_problem(ada.transfer(ben.account["number"], 4, type=code), 422, "amount_below_minimum")
    assert_problem(ada.transfer(ben.account["number"], 501, type=code), 422, "amount_above_maximum")
    foreign = ben.transfer(ben.account["number"], 5, type=code, **{"from": ada.account["id"]})
    assert_problem(foreign, 404, "not_found")
    dry = ada.post("/transactions?dryRun=true", {
        "type": code, "from": ada.account["id"], "to": ben.account["id"], "amount": 4,
        "currency": "USD"}).json()
    assert (dry["outcome"], dry["problem"]["code"]) == ("refused", "amount_below_minimum")
    listed = ben.get("/transactions", params={"type": code}).json()["data"]
    assert [one["id"] for one in listed] == [posted.json()["id"]]
    assert ada.balance() == 500_000 - 5


def test_a19_a_batch_may_hold_own_types(grace: Customer, ada: Customer, ben: Customer):
    code = make(grace, "transaction", maximumAmount=10)
    items = [{"idempotencyKey": key(), "type": kind, "from": ada.account["id"],
              "to": ben.account["id"], "amount": amount, "currency": "USD"}
             for kind, amount in [(code, 10), (code, 11), ("transfer", 11), (new_code(), 1)]]
    reply = ada.post("/transactions/batch", {"atomic": False, "transactions": items}).json()
    assert [one["outcome"] for one in reply["outcomes"]] == ["posted", "refused", "posted", "invalid"]
    assert ada.balance() == 500_000 - 21


def test_a19_rules_say_which_account_types_may_be_debited_and_credited(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer):
    saving = open_account(tilly, ben, "saving", funds=100)
    code = make(grace, "transaction", rules=[
        {"accountType": "saving", "debitAllowed": False},
        {"accountType": "loan", "creditAllowed": False}])
    loan = open_account(tilly, ben, "loan")
    assert ada.transfer(saving["number"], 1, type=code).status_code == 201
    out = ben.transfer(ada.account["number"], 1, type=code, **{"from": saving["id"]})
    assert_problem(out, 422, "type_not_allowed")
    assert_problem(ada.transfer(loan["number"], 1, type=code), 422, "type_not_allowed")
    assert ada.transfer(loan["number"], 1).status_code == 201, "rules bind their type alone"
    change(grace, "transaction", code, rules=[])
    assert ada.transfer(loan["number"], 1, type=code).status_code == 201


@pytest.mark.parametrize("rules, pointer", [
    ([{"accountType": "no-such-type"}], "/rules/0/accountType"),
    ([{"accountType": "cash"}], "/rules/0/accountType"),
    ([{"accountType": "loan"}, {"accountType": "loan"}], "/rules/1/accountType"),
    ([{"accountType": "loan", "debitAllowed": "no"}], "/rules/0/debitAllowed"),
    ([{"debitAllowed": False}], "/rules/0/accountType"), ([7], "/rules/0"), ("all", "/rules"),
    ([{"accountType": "loan"}] * 101, "/rules")])
def test_a19_rules_that_make_no_sense_are_told(grace: Customer, rules: Any, pointer: str):
    reply = grace.post("/transaction-types", {"code": new_code(), "name": "Odd", "rules": rules})
    assert_problem(reply, 400, "validation_failed", pointer)


def test_a19_refusals_stand_in_the_contract_s_order(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer):
    """One order that breaks every rule; each that is put right uncovers the next."""
    code = make(grace, "transaction", status="inactive", minimumAmount=3)
    payer = open_account(tilly, ada, make(grace, "account", maximumAmount=5, dailyDebitLimit=3),
                         funds=3)
    path = f"/accounts/{payer['id']}/status"

    def refusal(amount: int, to: str = ben.account["id"], currency: str = "EUR") -> str:
        reply = ada.transfer(to, amount, type=code, currency=currency, **{"from": payer["id"]})
        return "posted" if reply.status_code == 201 else reply.json()["code"]

    assert tilly.ask("PUT", path, body={"status": "frozen", "reason": "A test"}).status_code == 200
    assert refusal(2, to=payer["id"]) == "same_account"
    assert refusal(2) == "type_not_allowed"
    change(grace, "transaction", code, status="active")
    assert refusal(2) == "currency_mismatch"
    assert refusal(2, currency="USD") == "amount_below_minimum"
    assert refusal(6, currency="USD") == "amount_above_maximum"
    assert refusal(4, currency="USD") == "account_not_active"
    assert tilly.ask("PUT", path, body={"status": "active", "reason": "A test"}).status_code == 200
    assert refusal(4, currency="USD") == "insufficient_funds"
    limits = {"overdraftLimit": 10}
    assert tilly.ask("PUT", f"/accounts/{payer['id']}/limits", body=limits).status_code == 200
    assert refusal(4, currency="USD") == "daily_limit_exceeded"
    assert refusal(3, currency="USD") == "posted"


def test_a19_a_hold_is_bound_by_its_type_and_its_capture_is_not(
        grace: Customer, tilly: Customer, ada: Customer, ben: Customer):
    kind = make(grace, "account")
    account = open_account(tilly, ada, kind, funds=100)
    body = {"from": account["id"], "to": ben.account["id"], "amount": 40, "currency": "USD"}

    def hold():
        return ada.post("/holds", body, headers={"Idempotency-Key": key()})

    held = hold()
    assert held.status_code == 201, held.text
    change(grace, "transaction", "hold", rules=[{"accountType": kind, "debitAllowed": False}])
    change(grace, "account", kind, maximumAmount=1, dailyDebitLimit=0)
    try:
        assert_problem(hold(), 422, "type_not_allowed")
        captured = ben.post(f"/holds/{held.json()['id']}/capture", {"amount": 30},
                            headers={"Idempotency-Key": key()})
        assert captured.status_code == 201, captured.text
    finally:
        change(grace, "transaction", "hold", rules=[])
    assert_problem(hold(), 422, "amount_above_maximum")
    assert ada.get(f"/accounts/{account['id']}/balance").json()["available"] == 70


def test_a19_giving_back_is_not_bound_by_types(grace: Customer, tilly: Customer, ada: Customer,
                                               ben: Customer):
    code = make(grace, "transaction")
    posted = ada.transfer(ben.account["number"], 50, type=code).json()
    change(grace, "transaction", code, status="inactive", maximumAmount=1)
    back = tilly.post(f"/transactions/{posted['id']}/reversal", headers={"Idempotency-Key": key()})
    assert back.status_code == 201, back.text
    assert ada.balance() == ben.balance() == 500_000


def test_a19_a_key_s_outcome_stays_when_the_type_changes(
        grace: Customer, ada: Customer, ben: Customer):
    code, first, second = make(grace, "transaction"), key(), key()
    order = {"to": ben.account["number"], "amount": 5, "type": code}
    posted = ada.transfer(**order, idempotency_key=first)
    change(grace, "transaction", code, status="inactive")
    refused = ada.transfer(**order, idempotency_key=second)
    assert_problem(refused, 422, "type_not_allowed")
    change(grace, "transaction", code, status="active")
    for before, used in [(posted, first), (refused, second)]:
        again = ada.transfer(**order, idempotency_key=used)
        assert (again.status_code, again.content) == (before.status_code, before.content)
        assert again.headers["Idempotent-Replayed"] == "true"
    assert ada.balance() == 500_000 - 5


def test_a19_a_type_made_inactive_while_posting_goes_on_ends_it(
        grace: Customer, ada: Customer, ben: Customer, teller: Teller):
    """Whoever asks after the change was answered is refused; nothing is lost or half done."""
    code = make(grace, "transaction")
    inactive = threading.Event()

    def pay(number: int) -> tuple[bool, int]:
        if number == 150:
            change(grace, "transaction", code, status="inactive")
            inactive.set()
        late = inactive.is_set()
        reply = ada.transfer(ben.account["number"], 1, type=code)
        assert reply.status_code == 201 or reply.json()["code"] == "type_not_allowed", reply.text
        return late, reply.status_code

    outcomes = Counter(at_once(400, pay, threads=16))
    assert outcomes[(True, 201)] == 0, "posted after the type was inactive"
    assert outcomes[(False, 201)] > 0 and outcomes[(True, 422)] > 0
    posted = outcomes[(False, 201)]
    assert (ada.balance(), ben.balance()) == (500_000 - posted, 500_000 + posted)
    entries = [one for one in ada.entries() if one["type"] == code]
    assert Counter(one["status"] for one in entries) == {"posted": posted, "refused": 400 - posted}
    teller.verify()


def test_a19_a_code_made_50_times_at_once_is_made_once(grace: Customer):
    for kind in ("account", "transaction"):
        code = new_code()
        replies = at_once(
            50, lambda _: grace.post(f"/{kind}-types", {"code": code, "name": "Race"}), threads=16)
        assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 49}


@pytest.fixture
def two_banks(tellers: Any) -> Iterator[tuple[Teller, Teller]]:
    """Two instances over one database, which take each other's tokens."""
    first = tellers.start()
    shared = {name: first.settings[name] for name in ("MONGO_DATABASE", "JWT_SECRET")}
    yield first, tellers.start(**shared)


def test_a19_a_type_changed_on_one_instance_counts_on_the_other(
        two_banks: tuple[Teller, Teller], tmp_path: Any):
    here, there = two_banks
    grace, pool = staff(here, "admin"), Pool(here, tmp_path)
    ada, ben = pool.take(), pool.take()
    elsewhere = Customer(there, ada.id, ada.account, ada.token)
    code = make(grace, "transaction")
    for status, expected in [("active", 201), ("inactive", 422), ("active", 201)]:
        change(grace, "transaction", code, status=status)
        assert elsewhere.transfer(ben.account["number"], 1, type=code).status_code == expected
    assert ada.balance() == 500_000 - 2
