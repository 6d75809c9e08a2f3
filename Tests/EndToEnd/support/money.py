"""Moving money and giving it back."""

from .bank import Client, Customer, key


def order(caller: Client, kind: str, amount: int, *, idempotency_key: str | None = None, **fields):
    return caller.post("/transactions", {"type": kind, "amount": amount, "currency": "USD", **fields},
                       headers={"Idempotency-Key": idempotency_key or key()})


def undo(caller: Client, kind: str, entry: dict, idempotency_key: str | None = None):
    return caller.post(f"/transactions/{entry['id']}/{kind}",
                       headers={"Idempotency-Key": idempotency_key or key()})


def reverse(caller: Client, entry: dict, idempotency_key: str | None = None):
    return undo(caller, "reversal", entry, idempotency_key)


def cancel(caller: Client, entry: dict, idempotency_key: str | None = None):
    return undo(caller, "cancellation", entry, idempotency_key)


def posted(reply) -> dict:
    assert reply.status_code == 201, reply.text
    return reply.json()


def purchase(payer: Customer, shop: Customer, amount: int, **fields) -> dict:
    return posted(order(payer, "purchase", amount, **{
        "from": payer.account["id"], "to": shop.account["number"], **fields}))


def with_shop(customer: Customer) -> Customer:
    """The customer with an account that takes purchases."""
    opened = customer.post("/accounts", {"type": "merchant", "currency": "USD"})
    assert opened.status_code == 201, opened.text
    customer.account = opened.json()
    return customer


def give_all_back(customer: Customer) -> None:
    """A withdrawal of the whole balance, as an owner may in a sandbox."""
    posted(order(customer, "withdrawal", customer.balance(), **{"from": customer.account["id"]}))


def status(caller: Client, entry: dict) -> str:
    return caller.get(f"/transactions/{entry['id']}").json()["status"]
