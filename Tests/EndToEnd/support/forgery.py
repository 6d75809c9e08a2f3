"""Access tokens that the bank must not take."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any, Iterator


def encode(data: bytes | dict) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def sign(header: Any, claims: Any, secret: str, digest: str = "sha256") -> str:
    text = f"{encode(header)}.{encode(claims)}"
    return f"{text}.{encode(hmac.new(secret.encode(), text.encode(), digest).digest())}"


HEADER = {"alg": "HS256", "typ": "JWT"}


def forgeries(token: str, secret: str) -> Iterator[tuple[str, str]]:
    """Names and tokens, made of a good one. Those with the secret know it: their claims are wrong."""
    head, body, signature = token.split(".")
    claims = decode(body)
    yield from without_a_signature(head, body, signature, claims)
    for name, extra in (("kid", "../../dev/null"), ("jku", "http://x"), ("jwk", {}), ("crit", ["exp"]),
                        ("x5c", []), ("b64", False), ("zip", "DEF")):
        yield f"header {name}", sign(HEADER | {name: extra}, claims, secret)
    for algorithm in ("none", "nOnE", "HS512", "RS256", "ES256", "hs256", "", None, 1, ["HS256"]):
        yield f"alg {algorithm}", sign(HEADER | {"alg": algorithm}, claims, secret)
    yield "HS512 in fact", sign(HEADER | {"alg": "HS512"}, claims, secret, "sha512")
    for other in ("", "secret", secret[:-1], secret.lower(), secret + "\0"):
        if other != secret:
            yield f"signed with {len(other)} bytes", sign(HEADER, claims, other or "x")
    yield from with_wrong_claims(claims, secret)


def without_a_signature(head: str, body: str, signature: str, claims: dict) -> Iterator[tuple[str, str]]:
    for name, form in (
            ("stripped", "{h}.{b}."), ("two parts", "{h}.{b}"), ("five parts", "{h}.{b}.{s}.x.y"),
            ("no header", ".{b}.{s}"), ("no body", "{h}..{s}"), ("padded", "{h}.{b}.{s}="),
            ("a blank", "{h}.{b}.{s} x"), ("dots", "..."), ("a megabyte", "{h}.{b}." + "A" * 30_000)):
        yield name, form.format(h=head, b=body, s=signature)
    yield "another's signature", f"{head}.{encode(claims | {'role': 'admin'})}.{signature}"
    last = "A" if signature[0] != "A" else "B"
    yield "one bit", f"{head}.{body}.{last}{signature[1:]}"
    for algorithm in ("none", "None", "NONE"):
        yield f"unsigned {algorithm}", f"{encode({'alg': algorithm})}.{body}."


def with_wrong_claims(claims: dict, secret: str) -> Iterator[tuple[str, str]]:
    now = int(time.time())
    wrong = {
        "exp": [None, ..., now - 1, 0, -1, str(now + 60), now + 60.5, 1e300, 2**63, 2**64, True, [now + 60]],
        "iat": [..., now + 3_600, "now", -1, 1.5], "nbf": [now + 3_600, "x"],
        "iss": [..., "someone", None, ["teller"]], "aud": [..., "other", None, 7],
        "sub": [..., "", "cus_x", None, {"$ne": None}, ["x"], claims["sub"].upper()],
        "sid": [..., "", "ses_x", {"$gt": ""}, None], "role": [..., "root", "", None, ["admin"], 1],
        "jti": [..., None], "typ": [..., "refresh", "challenge", None, "ACCESS"],
        "scope": ["all"],
    }
    for name, values in wrong.items():
        for value in values:
            changed = {key: one for key, one in claims.items() if key != name}
            yield f"{name} {value}", sign(HEADER, changed | ({} if value is ... else {name: value}), secret)
    for name, text in (("an array", b"[]"), ("a string", b'"x"'), ("nothing", b""), ("no JSON", b"{"),
                       ("twice a role", json.dumps(claims)[:-1].encode() + b',"role":"admin"}')):
        body = f"{encode(HEADER)}.{encode(text)}"
        made = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
        yield f"claims are {name}", f"{body}.{encode(made)}"
