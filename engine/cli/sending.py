"""How the demo and `jimu events send` hand events in: over HTTP where a server answers, else here.

The roads are the real ones: CloudEvents with an API key to /api/v1/events, pushes signed as their
platforms sign them to /hooks/<connector>/<connection>. Where no server answers, the same functions
the endpoints call are called in this process.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from engine.cli.brand import APP_KEY, APP_SECRET, CONNECTIONS
from engine.cli.happening import Happening
from engine.core.connector import Request
from engine.core.errors import Unavailable
from engine.core.event import CLOUD_EVENTS, read_event
from engine.core.text import text
from engine.runtime.connections import read_connection
from engine.runtime.hooks import take_push
from engine.runtime.inbox import receive
from engine.runtime.world import World

HOOKS = {"douyin": "/hooks/douyin/douyin", "erp": "/hooks/webhook/erp"}
TIMEOUT = 15.0


class Web:
    """One kept-open connection to the server at an address."""

    def __init__(self, url: str, key: str = "", timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https"
        kind = http.client.HTTPSConnection if is_safe else http.client.HTTPConnection
        self._line = kind(parts.hostname or "", parts.port, timeout=timeout)
        self._base, self._key = parts.path.rstrip("/"), key

    def is_up(self) -> bool:
        try:
            return self.call("GET", "/healthz")[0] == 200
        except Unavailable:
            return False

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and answer; Unavailable when nobody answers.

        A connection the server has closed meanwhile is opened again, once: what was sent carries
        ids, so that a repetition is harmless.
        """
        sent = {"accept": "application/json", **(headers or {})}
        if self._key:
            sent["authorization"] = f"Bearer {self._key}"
        for attempt in (1, 2):
            try:
                self._line.request(method, self._base + path, body or None, sent)
                answer = self._line.getresponse()
                raw = answer.read()
                break
            except (OSError, http.client.HTTPException) as fault:
                self._line.close()
                if attempt == 2:
                    raise Unavailable(
                        text(f"服务没有应答：{fault}", f"The server does not answer: {fault}")
                    ) from fault
        try:
            return answer.status, json.loads(raw) if raw else None
        except ValueError:
            return answer.status, None


class Sender:
    """Hands happenings in; `sent` counts by kind, `roads` by road taken."""

    def __init__(self, world: World, tenant: str, web: Web | None) -> None:
        self._world, self._tenant, self._web = world, tenant, web
        self.sent: dict[str, int] = {}
        self.roads: dict[str, int] = {}
        self.refused: list[str] = []

    def send(self, happenings: Sequence[Happening]) -> None:
        """Events go in one batch, pushes one by one, as their platforms send them."""
        events = [one for one in happenings if one.road == "events"]
        if events:
            self._note(events, self._events([one.body for one in events]))
        for one in happenings:
            if one.road != "events":
                self._note([one], self._push(one))

    def _events(self, bodies: list[dict[str, Any]]) -> str:
        raw = json.dumps(bodies, ensure_ascii=False).encode()
        if self._web is not None:
            status, answer = self._web.call(
                "POST", "/api/v1/events", raw, {"content-type": CLOUD_EVENTS}
            )
            if status < 300:
                return "http"
            if status != 404:
                self._refuse(status, answer)
                return ""
        receive(self._world, self._tenant, [read_event(body) for body in bodies])
        return "here"

    def _push(self, one: Happening) -> str:
        body = [one.body] if one.road == "douyin" else one.body
        raw = json.dumps(body, ensure_ascii=False).encode()
        headers = _signed(one.road, raw)
        if self._web is not None:
            status, answer = self._web.call("POST", HOOKS[one.road], raw, headers)
            if status < 300:
                return "http"
            if status != 404:
                self._refuse(status, answer)
                return ""
        request = Request("POST", HOOKS[one.road], {}, headers, raw, datetime.now(UTC))
        take_push(self._world, *read_connection(self._world, self._tenant, one.road), request)
        return "here"

    def _note(self, happenings: Sequence[Happening], road: str) -> None:
        if road:
            self.roads[road] = self.roads.get(road, 0) + len(happenings)
            for one in happenings:
                self.sent[one.kind] = self.sent.get(one.kind, 0) + 1

    def _refuse(self, status: int, answer: Any) -> None:
        said = answer.get("detail") if isinstance(answer, dict) else None
        problems = answer.get("problems") if isinstance(answer, dict) else None
        first = f" {problems[0]}" if problems else ""
        self.refused.append(f"{status} {said or ''}{first}"[:300])
        del self.refused[:-20]


def _signed(road: str, raw: bytes) -> dict[str, str]:
    """The headers of a push, signed as connectors/<road>/ checks it."""
    if road == "douyin":
        over = APP_KEY.encode() + raw + APP_SECRET.encode()
        made = hmac.new(APP_SECRET.encode(), over, hashlib.sha256).hexdigest()
        return {"content-type": "application/json", "app-id": APP_KEY, "event-sign": made}
    secret = next(credentials["secret"] for key, *_, credentials, _ in CONNECTIONS if key == road)
    key = base64.b64decode(str(secret).removeprefix("whsec_"))
    id_, at = hashlib.sha256(raw).hexdigest()[:24], str(int(time.time()))
    digest = hmac.digest(key, f"{id_}.{at}.".encode() + raw, "sha256")
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": id_,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
