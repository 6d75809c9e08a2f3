"""I10, the permission matrix: every route of the OpenAPI document, asked for by everybody.

`test_documents.py` holds the document equal to the registered routes, so no route is left out.
"""

from dataclasses import dataclass, field
from typing import Any, Callable

import pytest
import requests

from support.bank import Client, Customer, Pool, assert_problem, key, sign_up, staff
from support.document import METHODS, OPENAPI, assert_documented
from support.processes import Teller
from support.wire import wait_until
from test_documents import BANK

WHO = ("owner", "other", "teller", "admin", "nobody")
#: Who may: the answer to each of WHO. A thing of somebody else does not exist: 404, not 403.
PUBLIC = ("ok", "ok", "ok", "ok", "ok")
SESSION = ("ok", "ok", "ok", "ok", 401)
OWN = ("ok", 404, 404, 404, 401)
OWN_OR_STAFF = ("ok", 404, "ok", "ok", 401)
STAFF = (403, 403, "ok", "ok", 401)
ADMIN = (403, 403, 403, "ok", 401)


@dataclass
class Scene:
    """An owner with things of their own, made anew for each question."""

    teller: Teller
    pool: Pool
    owner: Customer
    payee: Customer
    names: dict[str, str] = field(default_factory=dict)

    def transfer(self) -> None:
        reply = self.owner.transfer(self.payee.account["number"], 5)
        assert reply.status_code == 201, reply.text
        self.names["transactionId"] = reply.json()["id"]

    def receipt(self) -> None:
        reply = self.payee.transfer(self.owner.account["number"], 5)
        assert reply.status_code == 201, reply.text
        self.names["transactionId"] = reply.json()["id"]

    def purchase(self) -> None:
        shop = self.payee.post("/accounts", {"type": "merchant"}).json()
        reply = self.owner.transfer(shop["number"], 5, type="purchase")
        assert reply.status_code == 201, reply.text
        self.names["transactionId"] = reply.json()["id"]

    def hold(self) -> None:
        reply = self.payee.post(
            "/holds", {"from": self.payee.account["id"], "to": self.owner.account["number"],
                       "amount": 5, "currency": "USD"}, headers={"Idempotency-Key": key()})
        assert reply.status_code == 201, reply.text
        self.names["holdId"] = reply.json()["id"]

    def session(self) -> None:
        self.owner = sign_up(self.teller)
        sessions = self.owner.get("/auth/sessions").json()["data"]
        self.names["sessionId"] = sessions[0]["id"]

    def statement(self) -> None:
        ordered = self.owner.post(f"/accounts/{self.owner.account['id']}/statements",
                                  {"from": "2026-01-01", "to": "2026-03-01"})
        path = f"/statements/{ordered.json()['statement']['id']}"
        wait_until(lambda: self.owner.get(path).json()["status"] == "ready")
        self.names["statementId"] = path.split("/")[-1]

    def name(self, code: str) -> None:
        self.names["code"] = code

    def path(self, template: str) -> str:
        names = {"accountId": self.owner.account["id"], "customerId": self.owner.id,
                 "requestId": "req_nobodys", **self.names}
        return template.format_map(names)


@dataclass
class Row:
    """How a route is asked for, and who may."""

    answers: tuple
    body: Callable[[Scene], Any] | None = None
    query: str = ""
    prepare: Callable[[Scene], None] = lambda scene: None


def money(kind: str, **sides: Callable[[Scene], str]) -> Callable[[Scene], dict]:
    return lambda scene: {"type": kind, "amount": 1, "currency": "USD"} | {
        side: account(scene) for side, account in sides.items()}


MATRIX: dict[str, Row] = {
    # Identity
    "POST /api/v1/auth/signup": Row(PUBLIC, lambda _: {}),
    "POST /api/v1/auth/login": Row(PUBLIC, lambda _: {}),
    "POST /api/v1/auth/refresh": Row(PUBLIC, lambda _: {"refreshToken": 1}),
    "POST /api/v1/auth/otp": Row(PUBLIC, lambda _: {}),
    "GET /api/v1/auth/me": Row(SESSION),
    "POST /api/v1/auth/password": Row(SESSION, lambda _: {}),
    "PUT /api/v1/auth/two-factor": Row(SESSION, lambda _: {}),
    "GET /api/v1/auth/sessions": Row(SESSION),
    "DELETE /api/v1/auth/sessions/{sessionId}": Row(OWN, prepare=Scene.session),
    "GET /api/v1/messages": Row(STAFF),
    "GET /api/v1/sandbox/messages": Row(PUBLIC),
    # Customers
    "GET /api/v1/customers": Row(STAFF),
    "GET /api/v1/customers/find": Row(STAFF, query="?accountNumber={number}"),
    "GET /api/v1/customers/{customerId}": Row(OWN_OR_STAFF),
    "PATCH /api/v1/customers/{customerId}": Row(OWN_OR_STAFF, lambda _: {"name": "Ada King"}),
    "DELETE /api/v1/customers/{customerId}": Row(OWN_OR_STAFF),
    "PUT /api/v1/customers/{customerId}/role": Row(ADMIN, lambda _: {"role": "customer"}),
    # Accounts
    "POST /api/v1/accounts": Row(
        OWN_OR_STAFF, lambda scene: {"customerId": scene.owner.id, "type": "saving"}),
    "GET /api/v1/accounts": Row(SESSION),
    "GET /api/v1/accounts/lookup": Row(SESSION, query="?number={number}"),
    "GET /api/v1/accounts/{accountId}": Row(OWN_OR_STAFF),
    "PATCH /api/v1/accounts/{accountId}": Row(OWN_OR_STAFF, lambda _: {"description": "Rent"}),
    "DELETE /api/v1/accounts/{accountId}": Row(OWN_OR_STAFF),
    "GET /api/v1/accounts/{accountId}/balance": Row(OWN_OR_STAFF),
    "GET /api/v1/accounts/{accountId}/transactions": Row(OWN_OR_STAFF),
    "PUT /api/v1/accounts/{accountId}/status": Row(
        STAFF, lambda _: {"status": "frozen", "reason": "Lost card"}),
    "PUT /api/v1/accounts/{accountId}/limits": Row(STAFF, lambda _: {"overdraftLimit": 5}),
    # Types: everybody reads them, administrators make them
    "GET /api/v1/account-types": Row(SESSION),
    "POST /api/v1/account-types": Row(ADMIN, lambda _: {"code": "loan", "name": "Loan"}),
    "PATCH /api/v1/account-types/{code}": Row(
        ADMIN, lambda _: {"name": "Saving"}, prepare=lambda scene: scene.name("saving")),
    "GET /api/v1/transaction-types": Row(SESSION),
    "POST /api/v1/transaction-types": Row(ADMIN, lambda _: {"code": "hold", "name": "Hold"}),
    "PATCH /api/v1/transaction-types/{code}": Row(
        ADMIN, lambda _: {"name": "Transfer"}, prepare=lambda scene: scene.name("transfer")),
    # Transactions: staff give no transfers from others' accounts
    "POST /api/v1/transactions": Row(
        OWN, money("transfer", **{"from": lambda scene: scene.owner.account["id"],
                                  "to": lambda scene: scene.payee.account["number"]})),
    # A batch is anyone's; each order in it is decided for itself
    "POST /api/v1/transactions/batch": Row(SESSION, lambda _: {"atomic": False, "transactions": [{}]}),
    "GET /api/v1/transactions": Row(SESSION),
    "GET /api/v1/transactions/{transactionId}": Row(OWN_OR_STAFF, prepare=Scene.transfer),
    "POST /api/v1/transactions/{transactionId}/reversal": Row(
        OWN_OR_STAFF, prepare=Scene.receipt),
    "POST /api/v1/transactions/{transactionId}/cancellation": Row(
        OWN_OR_STAFF, prepare=Scene.purchase),
    # Holds: reserved by the payer, settled by the receiver
    "POST /api/v1/holds": Row(
        OWN_OR_STAFF, lambda scene: {
            "from": scene.owner.account["id"], "to": scene.payee.account["number"], "amount": 1,
            "currency": "USD"}),
    "GET /api/v1/holds": Row(SESSION),
    "GET /api/v1/holds/{holdId}": Row(OWN_OR_STAFF, prepare=Scene.hold),
    "POST /api/v1/holds/{holdId}/capture": Row(OWN_OR_STAFF, prepare=Scene.hold),
    "POST /api/v1/holds/{holdId}/void": Row(OWN_OR_STAFF, prepare=Scene.hold),
    "GET /api/v1/events": Row(SESSION),
    # Statements: the file is asked for once it is ready
    "POST /api/v1/accounts/{accountId}/statements": Row(
        OWN_OR_STAFF, lambda _: {"from": "2026-01-01", "to": "2026-01-02"}),
    "GET /api/v1/statements/{statementId}": Row(OWN_OR_STAFF, prepare=Scene.statement),
    "GET /api/v1/statements/{statementId}/file": Row(OWN_OR_STAFF, prepare=Scene.statement),
    # Ledger and operation
    "GET /api/v1/ledger/trial-balance": Row(STAFF),
    "GET /api/v1/ledger/blocks": Row(STAFF),
    "GET /health/live": Row(PUBLIC), "GET /health/ready": Row(PUBLIC), "GET /metrics": Row(PUBLIC),
    "GET /openapi.yaml": Row(PUBLIC), "GET /docs": Row(PUBLIC), "GET /": Row(PUBLIC),
    # The live wire
    "POST /api/v1/websocket/tickets": Row(SESSION),
    # 400 to who may: not a stream without end
    "GET /api/v1/stream": Row(SESSION, query="?accounts=none"),
    "GET /api/v1/websocket/interactions": Row(SESSION),
    "GET /api/v1/websocket/errors": Row(SESSION),
    "GET /api/v1/websocket/shown": Row(SESSION),
    "GET /api/v1/websocket/trace/{requestId}": Row((404, 404, 404, 404, 401)),
    "GET /api/v1/websocket/connections": Row(STAFF),
    "GET /config.json": Row(PUBLIC),
    # Last, because it ends the session of who asks
    "POST /api/v1/auth/logout": Row(SESSION),
}
#: The websocket's own authority is tested in test_websocket.py.
ELSEWHERE = {"GET /ws"}


def operations() -> dict[str, set[str]]:
    """`GET /path/{id}` of every operation in the document, and the servers that have it."""
    found: dict[str, set[str]] = {}
    for path, item in OPENAPI["paths"].items():
        servers = {one["url"] for one in item.get("servers", OPENAPI["servers"])}
        found |= {f"{method.upper()} {path}": servers for method in METHODS & item.keys()}
    return found


OPERATIONS = operations()


@pytest.fixture(scope="module")
def employees(teller: Teller) -> dict[str, Customer]:
    return {role: staff(teller, role) for role in ("teller", "admin")}


def test_the_matrix_has_a_row_for_every_route():
    assert set(MATRIX) | ELSEWHERE == set(OPERATIONS)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("operation, server", [
    (operation, server) for operation in MATRIX for server in sorted(OPERATIONS.get(operation, []))])
def test_i10(teller: Teller, pool: Pool, employees: dict[str, Customer], operation: str, who: str,
             server: str):
    row, answer = MATRIX[operation], MATRIX[operation].answers[WHO.index(who)]
    scene = Scene(teller, pool, pool.take(), pool.take())
    row.prepare(scene)
    asking = {"owner": scene.owner, "other": pool.take(), "nobody": Client(""), **employees}[who]
    reply = ask(scene, asking, operation, row, teller.core.url if server == BANK else teller.wire.url)
    if answer == "ok":
        assert reply.status_code < 500 and reply.status_code not in (401, 403, 404, 405), reply.text
    else:
        assert_problem(reply, answer, {401: "unauthenticated", 403: "forbidden", 404: "not_found"}[answer])


def ask(scene: Scene, asking: Client, operation: str, row: Row, base: str) -> requests.Response:
    method, template = operation.split()
    url = base + scene.path(template) + row.query.format(number=scene.payee.account["number"])
    headers = {"Idempotency-Key": key()}
    if asking.token:
        headers["Authorization"] = f"Bearer {asking.token}"
    reply = requests.request(method, url, headers=headers, timeout=15, allow_redirects=False,
                             json=row.body(scene) if row.body else None)
    assert_documented(reply)
    return reply
