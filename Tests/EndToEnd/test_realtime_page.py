"""What docs/realtime.md says is what the wire does: its messages, and the members of its examples."""

import json
import re

import pytest

from support import wire
from support.bank import Customer, sign_up
from support.frames import handshake, RawSocket
from support.processes import ROOT, Teller

PAGE = (ROOT / "docs" / "realtime.md").read_text()
INLINE = [json.loads(text) for text in re.findall(r'`(\{"type".*?\})`', PAGE) if "…}" not in text]
EXAMPLES = [value for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
            for value in [json.JSONDecoder().raw_decode(one)[0] for one in re.split(r"\n(?=\{)", block)]]


def example(like: dict) -> dict:
    """The page's message of the same type, and of the same kind if it has one."""
    return next(one for one in [*EXAMPLES, *INLINE]
                if (one.get("type"), one.get("kind")) == (like["type"], like.get("kind")))


def shape(value: object) -> object:
    """The members of an object, and of those in it."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


@pytest.mark.parametrize("message", [one for one in INLINE if one["type"].split(".")[0] in (
    "subscribe", "unsubscribe", "ack", "ping", "event")], ids=lambda one: one["type"])
def test_what_the_page_says_a_client_may_say_is_served(teller: Teller, ada: Customer, message: dict):
    said = json.loads(json.dumps(message).replace("acc_\\u2026", ada.account["id"]))
    answers = {"subscribe": "subscribed", "unsubscribe": "unsubscribed", "ack": None, "ping": "pong",
               "event.interaction": "logged", "event.error": "logged"}
    with wire.open_socket(teller) as connection:
        wire.authenticate(connection, ada.token)
        wire.say(connection, **said)
        answer = answers[said["type"]]
        if answer is None:
            wire.say(connection, type="ping")
        heard = wire.hear(connection)
        assert heard["type"] == (answer or "pong"), heard
        assert heard.get("id") == said.get("id")


def test_what_the_page_says_is_heard_is_heard(teller: Teller):
    ada, ben = sign_up(teller), sign_up(teller)
    with RawSocket(teller.wire_port) as raw:
        assert raw.shake(handshake()).status == 101
        assert shape(json.loads(raw.next().payload)) == shape(example({"type": "hello"}))
    with wire.open_socket(teller) as connection:
        heard = [wire.authenticate(connection, ada.token), wire.subscribe(connection)]
        assert ada.transfer(ben.account["number"], 1250, headers={"X-Request-ID": f"page-{ada.id[4:]}"})
        heard += [wire.hear_type(connection, kind) for kind in ("transaction", "balance")]
        wire.say(connection, type="ack", positions={ada.account["id"]: heard[-1]["seq"]})
        ada.post("/accounts", {"type": "saving", "currency": "EUR"})
        heard.append(wire.hear_type(connection, "notification"))
        wire.say(connection, type="subscribe", id="9", accounts=[ben.account["id"]])
        heard.append(wire.hear_type(connection, "error"))
        trace = wire.wait_until(lambda: hops_of(ada) if len(hops_of(ada)) == 5 else None)
        assert trace == re.findall(r"^\| `(\w+)`[^|]*\| \d+ \|$", PAGE, re.MULTILINE)
        shown = ada.wire.get("/websocket/shown").json()
        assert shape(shown) == shape(next(one for one in EXAMPLES if "at" in one and "data" in one
                                          and "kind" not in one))
        ada.post("/auth/logout")
        heard.append(wire.hear_type(connection, "notification"))
    for message in heard:
        assert shape(message) == shape(example(message)), message


def hops_of(ada: Customer) -> list[str]:
    return [hop["hop"] for hop in ada.wire.get(f"/websocket/trace/page-{ada.id[4:]}").json()["hops"]]
