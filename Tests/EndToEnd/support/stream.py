"""Server-sent events as a client reads them."""

import json
from typing import Iterator

import requests

from .bank import Customer


class Stream:
    """An open `GET /api/v1/stream`."""

    def __init__(self, customer: Customer, *, token: str | None = None, last_event_id: str | None = None,
                 timeout: float = 10, **query: str):
        headers = {"Accept": "text/event-stream"}
        if "ticket" not in query:
            headers["Authorization"] = f"Bearer {token or customer.token}"
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        self.reply = requests.get(f"{customer.teller.wire.url}/api/v1/stream", params=query, headers=headers,
                                  stream=True, timeout=timeout)
        self.id = last_event_id
        self.events = self.read() if self.reply.status_code == 200 else iter(())

    def read(self) -> Iterator[tuple[str, dict]]:
        """Type and data of each event; `id` is the last one that came with one."""
        fields: dict[str, str] = {}
        for line in self.reply.iter_lines(chunk_size=None, decode_unicode=True):
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
                continue
            if "data" in fields:
                self.id = fields.get("id", self.id)
                yield fields["event"], json.loads(fields["data"])
            fields = {}

    def next(self, kind: str) -> dict:
        """The next event of that type; others are passed over."""
        return next(data for event, data in self.events if event == kind)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.reply.close()
