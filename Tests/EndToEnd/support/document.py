"""The OpenAPI document, and whether replies are as it says.

Every request of `support.bank.Client` passes through here, so whatever a test does to the bank, the
document is held to it.
"""

import json
import re
from functools import cache
from typing import Any

import requests
import yaml
from jsonschema_rs import Draft202012Validator

from .processes import ROOT

OPENAPI = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
METHODS = {"get", "post", "put", "patch", "delete"}
#: What every route may answer: wrong method, slow, big, with too long a head.
EVERYWHERE = {405, 408, 413, 414, 431}


def assert_documented(reply: requests.Response) -> None:
    """The status is one that the document has for the route, and the body is of its schema, without
    a member that is not listed. A body that the bank took is of its schema, too."""
    asked = reply.request
    path = asked.path_url.split("?")[0]
    template = template_of(path)
    operation = OPENAPI["paths"].get(template, {}).get(asked.method.lower())
    if operation is None or reply.status_code in EVERYWHERE:
        return
    where = f"{asked.method} {template} answered {reply.status_code}: {reply.text[:2000]}"
    assert str(reply.status_code) in operation["responses"], f"not in the document: {where}"
    if reply.ok and asked.body and "json" in asked.headers.get("Content-Type", ""):
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert_valid(validator_for(schema), json.loads(asked.body), f"{asked.body!r} was taken: {where}")
    if not reply.content:
        return
    media = reply.headers["Content-Type"].split(";")[0]
    validator = validator_of(template, asked.method.lower(), str(reply.status_code), media)
    assert validator != "unlisted", f"not in the document: {media} of {where}"
    if validator is not None:
        assert_valid(validator, reply.json(), where)


def assert_valid(validator: Draft202012Validator, value: Any, where: str) -> None:
    faults = [f"{fault.instance_path} {fault.message}" for fault in validator.iter_errors(value)]
    assert not faults, f"{faults[:5]} {where}"


@cache
def template_of(path: str) -> str | None:
    """The document's path that `path` is one of; what is written out goes before what has names."""
    versioned = re.sub("^/api/websocket/", "/api/v1/websocket/", path)
    for template in sorted(OPENAPI["paths"], key=lambda one: one.count("{")):
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), versioned):
            return template
    return None


@cache
def validator_of(template: str, method: str, status: str, media: str) -> Any:
    content = resolved(OPENAPI["paths"][template][method]["responses"][status]).get("content", {})
    if media not in content:
        return "unlisted"
    if not media.endswith(("/json", "+json")):
        return None
    return validator_for(content[media]["schema"])


def validator_for(schema: dict) -> Draft202012Validator:
    return made(json.dumps(schema))


@cache
def made(schema: str) -> Draft202012Validator:
    return Draft202012Validator(closed(json.loads(schema)), validate_formats=True)


def resolved(node: dict) -> dict:
    """What `$ref` leads to, with what stands beside it."""
    if "$ref" not in node:
        return node
    target: Any = OPENAPI
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    rest = {name: value for name, value in node.items() if name != "$ref"}
    return {"allOf": [target, rest]} if "type" in rest or "properties" in rest else resolved(target)


def closed(schema: Any, outermost: bool = True) -> Any:
    """The schema without references, whose objects have no other members than those listed."""
    schema = dict(resolved(schema))
    for name in ("oneOf", "anyOf"):
        if name in schema:
            schema[name] = [closed(one) for one in schema[name]]
    if "allOf" in schema:
        schema["allOf"] = [closed(one, outermost=False) for one in schema["allOf"]]
    if "properties" in schema:
        schema["properties"] = {name: closed(one) for name, one in schema["properties"].items()}
    if "items" in schema:
        schema["items"] = closed(schema["items"])
    if outermost and lists_members(schema):
        schema["unevaluatedProperties"] = False
    return schema


def lists_members(schema: dict) -> bool:
    return "properties" in schema or any(map(lists_members, schema.get("allOf", [])))
