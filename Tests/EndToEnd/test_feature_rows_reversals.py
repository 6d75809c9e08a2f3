"""Moving money and giving it back, as a client uses it: a test for each row."""

import pytest

from conftest import Tellers
from support.bank import Client, Customer, Pool, assert_problem, at_once, key, sign_up, staff
from support.money import cancel, order, posted, purchase, reverse, status, undo, with_shop
from support.processes import Teller


@pytest.fixture(scope="session")
def clerk(teller: Teller) -> Customer:
    """Somebody at the counter, in the bank that most tests share."""
    return staff(teller, "teller")


@pytest.fixture
def shop(pool: Pool) -> Customer:
    return with_shop(pool.take())


def seqs(customer: Customer) -> list[int]:
    return [entry["seq"] for entry in customer.entries() if "seq" in entry]


# A17 ---------------------------------------------------------------------------------------


def test_a17_deposit_withdrawal_transfer_and_purchase_are_double_entry(
        ada: Customer, ben: Customer, shop: Customer, clerk: Customer):
    before = ada.balance()
    mine = ada.account["id"]
    deposit = posted(order(clerk, "deposit", 700, to=mine))
    withdrawal = posted(order(clerk, "withdrawal", 200, **{"from": ada.account["number"]}))
    transfer = posted(ada.transfer(ben.account["number"], 30))
    bought = purchase(ada, shop, 40, channel="web", description="Tea", metadata={"table": 4})
    assert ada.balance() == before + 700 - 200 - 30 - 40
    assert shop.balance() == 40
    assert [entry["type"] for entry in ada.entries()][-4:] == [
        "deposit", "withdrawal", "transfer", "purchase"]
    # Staff see both sides, each with its balance after and its seq; the bank's as text.
    for entry, own in ((deposit, "to"), (withdrawal, "from")):
        seen = clerk.get(f"/transactions/{entry['id']}").json()
        bank = seen["from" if own == "to" else "to"]
        assert seen[own]["accountId"] == mine and isinstance(bank["balanceAfter"], str)
        assert seen[own]["seq"] and bank["seq"]
    assert transfer["balanceAfter"] == bought["balanceAfter"] + 40
    assert bought["channel"] == "web" and bought["metadata"] == {"table": 4}
    sides = clerk.get(f"/transactions/{bought['id']}").json()
    assert (sides["from"]["balanceAfter"], sides["to"]["balanceAfter"]) == (ada.balance(), 40)
    assert_problem(order(ada, "purchase", 1, **{"from": mine, "to": ben.account["id"]}),
                   422, "type_not_allowed")


# A18 ---------------------------------------------------------------------------------------


def test_a18_a_reversal_happens_once_and_in_the_right_direction(
        ada: Customer, ben: Customer, clerk: Customer):
    ours, theirs = ada.balance(), ben.balance()
    paid = posted(ada.transfer(ben.account["id"], 1234))
    again = key()
    reversal = posted(reverse(clerk, paid, again))
    assert reversal["type"] == "reversal" and reversal["amount"] == 1234
    assert reversal["relatedTransactionId"] == paid["id"]
    assert reversal["from"]["accountId"] == ben.account["id"]
    assert (ada.balance(), ben.balance()) == (ours, theirs)
    replay = reverse(clerk, paid, again)
    assert replay.json() == reversal and replay.headers["Idempotent-Replayed"] == "true"
    assert_problem(reverse(clerk, paid), 409, "already_reversed")
    assert_problem(reverse(ben, paid), 409, "already_reversed")
    assert_problem(reverse(clerk, reversal), 409, "not_reversible")
    assert (ada.balance(), ben.balance()) == (ours, theirs)
    assert ada.get(f"/transactions/{paid['id']}").json()["relatedTransactionId"] == reversal["id"]


def test_a18_deposits_and_withdrawals_are_reversed_against_the_banks_cash(
        ada: Customer, clerk: Customer):
    before = ada.balance()
    deposit = posted(order(clerk, "deposit", 500, to=ada.account["id"]))
    withdrawal = posted(order(clerk, "withdrawal", 120, **{"from": ada.account["id"]}))
    posted(reverse(clerk, deposit))
    assert ada.balance() == before - 120
    back = posted(reverse(clerk, withdrawal))
    assert ada.balance() == before
    assert back["to"]["accountId"] == ada.account["id"]
    assert_problem(reverse(ada, withdrawal), 403, "forbidden")


def test_a18_who_may_give_money_back(teller: Teller, ada: Customer, ben: Customer, pool: Pool):
    paid = posted(ada.transfer(ben.account["id"], 50))
    assert_problem(reverse(ada, paid), 403, "forbidden")
    assert_problem(reverse(pool.take(), paid), 404, "not_found")
    assert_problem(cancel(pool.take(), paid), 404, "not_found")
    assert_problem(reverse(Client(teller.core.url), paid), 401, "unauthenticated")
    assert_problem(cancel(ada, paid), 422, "not_cancellable")
    keyless = ben.post(f"/transactions/{paid['id']}/reversal")
    assert_problem(keyless, 400, "idempotency_key_required")
    posted(reverse(ben, paid))
    for unknown in ("txn_01jd5xnc4tq8v0w6x3z9b7c1de", "nonsense"):
        assert_problem(reverse(ada, {"id": unknown}), 404, "not_found")


def test_a18_a_cancelled_purchase_gives_the_money_back_once(
        ada: Customer, shop: Customer, clerk: Customer):
    before = ada.balance()
    for who in (ada, shop, clerk):
        bought = purchase(ada, shop, 75)
        assert ada.balance() == before - 75
        cancelled = posted(cancel(who, bought))
        assert cancelled["type"] == "cancellation"
        assert cancelled["relatedTransactionId"] == bought["id"]
        assert status(ada, bought) == "cancelled"
        assert (ada.balance(), shop.balance()) == (before, 0)
        assert_problem(cancel(who, bought), 409, "already_cancelled")
        assert_problem(reverse(clerk, bought), 409, "already_cancelled")
    refunded = purchase(ada, shop, 75)
    posted(reverse(shop, refunded))
    assert_problem(cancel(ada, refunded), 409, "already_reversed")


def test_a18_after_the_window_only_merchant_and_staff_cancel(tellers: Tellers):
    teller = tellers.start(CANCELLATION_MINUTES="0", SANDBOX="true")
    payer, merchant = sign_up(teller), with_shop(sign_up(teller, "Shop"))
    for who in (merchant, staff(teller, "teller")):
        bought = purchase(payer, merchant, 10)
        assert_problem(cancel(payer, bought), 422, "cancellation_window_over")
        posted(cancel(who, bought))
    assert merchant.balance() == 0


def test_a18_of_100_reversals_and_cancellations_at_once_exactly_one_wins(
        ada: Customer, shop: Customer, clerk: Customer):
    # The shop's other money would carry many.
    posted(order(clerk, "deposit", 10_000, to=shop.account["id"]))
    before = ada.balance()
    for kinds in (["reversal"], ["reversal", "cancellation"], ["cancellation"]):
        bought = purchase(ada, shop, 99)
        callers = [shop, clerk]
        replies = at_once(100, lambda number: undo(
            callers[number % 2], kinds[number // 2 % len(kinds)], bought))
        codes = [reply.status_code for reply in replies]
        assert codes.count(201) == 1 and codes.count(409) == 99, codes
        winner = next(reply.json() for reply in replies if reply.status_code == 201)
        assert status(ada, bought) == {
            "reversal": "reversed", "cancellation": "cancelled"}[winner["type"]]
        assert ada.balance() == before
    assert shop.balance() == 10_000
    assert seqs(shop) == list(range(1, 8))


def test_a18_money_that_was_spent_is_not_taken_back(ada: Customer, ben: Customer, clerk: Customer):
    paid = posted(ada.transfer(ben.account["id"], ada.balance()))
    rest = ben.balance() - paid["amount"] + 1
    spent = posted(ben.transfer(ada.account["id"], rest))
    again = key()
    refused = reverse(clerk, paid, again)
    problem = assert_problem(refused, 409, "insufficient_funds")
    assert reverse(clerk, paid, again).content == refused.content
    assert status(ada, paid) == "posted"
    record = clerk.get(f"/transactions/{problem['transactionId']}").json()
    assert record["status"] == "refused" and record["type"] == "reversal"
    assert record["relatedTransactionId"] == paid["id"]
    posted(reverse(ada, spent))
    posted(reverse(clerk, paid))


# A20 ---------------------------------------------------------------------------------------


def test_a20_a_transaction_tells_its_status_wherever_it_is_shown(
        ada: Customer, ben: Customer, shop: Customer):
    first = key()
    reply = ada.transfer(ben.account["id"], 5, idempotency_key=first)
    reversed_one, cancelled_one = reply.json(), purchase(ada, shop, 6)
    standing = posted(ada.transfer(ben.account["id"], 7))
    refused = assert_problem(ada.transfer(ben.account["id"], 10**12), 409, "insufficient_funds")
    posted(reverse(ben, reversed_one))
    posted(cancel(ada, cancelled_one))
    expected = {reversed_one["id"]: "reversed", cancelled_one["id"]: "cancelled",
                standing["id"]: "posted", refused["transactionId"]: "refused"}
    lists = ["/transactions", f"/accounts/{ada.account['id']}/transactions"]
    for path in lists:
        listed = ada.get(path, params={"limit": 20}).json()["data"]
        assert {e["id"]: e["status"] for e in listed if e["id"] in expected} == expected
        for wanted in ("reversed", "cancelled", "refused", "posted"):
            page = ada.get(path, params={"status": wanted}).json()["data"]
            assert {entry["status"] for entry in page} == {wanted}
            assert {e["id"] for e in page} & expected.keys() == {
                id for id, status in expected.items() if status == wanted}
    for id, wanted in expected.items():
        assert status(ada, {"id": id}) == wanted
    # What was told first is told again byte for byte.
    replay = ada.transfer(ben.account["id"], 5, idempotency_key=first)
    assert replay.content == reply.content and replay.json()["status"] == "posted"


# A21 ---------------------------------------------------------------------------------------


def test_a21_an_external_reference_is_posted_once_per_customer(
        ada: Customer, ben: Customer, pool: Pool):
    reference = f"INV-{key()}"
    assert_problem(ada.transfer(ben.account["id"], 10**12, externalReference=reference),
                   409, "insufficient_funds")
    paid = posted(ada.transfer(ben.account["id"], 10, externalReference=reference))
    assert paid["externalReference"] == reference
    assert len(paid["reference"]) == 16
    again = ada.transfer(ben.account["id"], 10, externalReference=reference)
    problem = assert_problem(again, 409, "duplicate_external_reference")
    assert status(ada, {"id": problem["transactionId"]}) == "refused"
    found = ada.get("/transactions", params={"externalReference": reference}).json()["data"]
    assert sorted(entry["status"] for entry in found) == ["posted", "refused", "refused"]
    posted(ben.transfer(ada.account["id"], 10, externalReference=reference))
    posted(reverse(ben, paid))
    assert_problem(ada.transfer(ben.account["id"], 10, externalReference=reference),
                   409, "duplicate_external_reference")
    race = f"INV-{key()}"
    payees = pool.take_many(10)
    codes = [reply.status_code for reply in at_once(50, lambda number: ada.transfer(
        payees[number % 10].account["id"], 1, externalReference=race))]
    assert codes.count(201) == 1 and codes.count(409) == 49


def test_a21_channel_description_and_metadata_are_kept_within_bounds(ada: Customer, ben: Customer):
    def pay(**fields):
        return ada.transfer(ben.account["id"], 1, **fields)

    for channel in ("web", "app", "kiosk", "ussd", "api"):
        assert posted(pay(channel=channel))["channel"] == channel
    assert posted(pay(description="é" * 250, externalReference=key().ljust(100, "x")))
    deep = {"a": {"b": {"c": {"d": {"e": 1}}}}}
    many = {f"k{number}": number for number in range(50)}
    large = {"text": "x" * (4096 - len('{"text":""}'))}
    for metadata in (deep, many, large, {}):
        assert posted(pay(metadata=metadata))["metadata"] == metadata
    wrong = [({"channel": "fax"}, "/channel", "invalid_value"),
             ({"description": "é" * 251}, "/description", "too_long"),
             ({"externalReference": "x" * 101}, "/externalReference", "too_long"),
             ({"metadata": {"a": deep}}, "/metadata", "too_deep"),
             ({"metadata": many | {"more": 1}}, "/metadata", "too_many"),
             ({"metadata": {"text": large["text"] + "x"}}, "/metadata", "too_long"),
             ({"metadata": [1]}, "/metadata", "wrong_type"),
             ({"status": "posted"}, "/status", "unknown_field")]
    for fields, pointer, fault in wrong:
        assert_problem(pay(**fields), 400, "validation_failed", pointer, fault)


# A22 ---------------------------------------------------------------------------------------


def test_a22_refusals_have_a_code_and_are_recorded_with_it(
        ada: Customer, ben: Customer, shop: Customer, clerk: Customer):
    euros = posted(ben.post("/accounts", {"currency": "EUR"}))
    frozen = posted(ben.post("/accounts", {"currency": "USD"}))
    reply = clerk.ask("PUT", f"/accounts/{frozen['id']}/status",
                      body={"status": "frozen", "reason": "lost card"})
    assert reply.status_code == 200, reply.text
    mine = ada.account["id"]
    cases = [("insufficient_funds", 409, dict(to=ben.account["id"], amount=10**12)),
             ("same_account", 422, dict(to=mine)),
             ("currency_mismatch", 422, dict(to=euros["id"])),
             ("account_not_active", 409, dict(to=frozen["id"])),
             ("account_not_found", 422, dict(to="acc_01jd5xnbz8e2v9m3k4q6r7s8tw")),
             ("type_not_allowed", 422, dict(to=ben.account["id"], type="purchase"))]
    before = ada.balance()
    for code, expected, fields in cases:
        body = {"type": "transfer", "from": mine, "amount": 1, "currency": "USD"} | fields
        again = {"Idempotency-Key": key()}
        reply = ada.post("/transactions", body, headers=again)
        problem = assert_problem(reply, expected, code)
        assert ada.post("/transactions", body, headers=again).content == reply.content
        record = ada.get(f"/transactions/{problem['transactionId']}").json()
        assert record["status"] == "refused" and record["refusal"]["code"] == code
        assert "seq" not in record and "balanceAfter" not in record
        # Nobody else hears of it.
        assert_problem(ben.get(f"/transactions/{problem['transactionId']}"), 404, "not_found")
    assert ada.balance() == before


# D -----------------------------------------------------------------------------------------


def test_d_the_books_are_clean_after_money_went_back_and_forth(tellers: Tellers):
    teller = tellers.start(SANDBOX="true")
    payer, merchant, counter = sign_up(teller), with_shop(sign_up(teller)), staff(teller, "teller")
    bought = [purchase(payer, merchant, 10 + number) for number in range(6)]
    for entry, way in zip(bought, (reverse, cancel, reverse, cancel)):
        posted(way(counter, entry))
    teller.verify()
    balance = counter.get("/ledger/trial-balance").json()["data"]
    assert {line["difference"] for line in balance} == {"0"}


def test_d_a_reversal_shows_nothing_of_the_other_side(
        ada: Customer, ben: Customer, clerk: Customer):
    paid = posted(ada.transfer(ben.account["id"], 3))
    refund = posted(reverse(ben, paid))
    seen = ada.get(f"/transactions/{refund['id']}").json()
    assert set(seen["from"]) == {"number", "holderName"}
    assert set(refund["to"]) == {"number", "holderName"}
