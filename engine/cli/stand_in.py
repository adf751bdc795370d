"""A small stand-in for the outside systems of the demo: answers on loopback, keeps count.

It speaks what the demo's connections call: the Douyin shop API (token, order, after-sale case), the
WeCom API (token, contacts, tags, messages), a coupon service and the ERP's webhook. It knows the
orders the demo has told about, so that a signed push is completed as with the real platform. Now
and then it says that it is busy: a demo in which nothing is ever tried again would not be one.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from engine.core.errors import Conflict
from engine.core.text import text

HOST = "127.0.0.1"
BUSY_EVERY = 41  # every so many calls of the coupon service and the ERP, one is refused for now
WHO = "/stand-in"
MOST = 5000  # orders and keys that are remembered


@dataclass
class StandIn:
    """What it was told, and what it counted: calls by system, how often each key came."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    keys: dict[str, int] = field(default_factory=dict)
    distinct: int = 0
    repeated: int = 0
    busy: int = 0
    _answers: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell_order(self, raw: dict[str, Any]) -> None:
        with self._lock:
            self.orders[str(raw["order_id"])] = raw
            _forget(self.orders)

    def tell_case(self, raw: dict[str, Any]) -> None:
        with self._lock:
            self.cases[str(raw["aftersale_info"]["aftersale_id"])] = raw
            _forget(self.cases)

    def answer(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: Any
    ) -> tuple[int, Any]:
        """Status and JSON answer of one call."""
        with self._lock:
            if path.startswith("/cgi-bin/"):
                self.calls["wecom"] += 1
                return 200, self._wecom(path.removeprefix("/cgi-bin/"), query, body)
            if path.startswith(("/token/", "/order/", "/afterSale/")):
                self.calls["douyin"] += 1
                return 200, {"code": 10000, "msg": "success", "data": self._douyin(path, body)}
            if path == WHO:
                return 200, {"stand_in": "jimu"}
            if path == "/coupons":
                return self._once("coupons", headers.get("idempotency-key", ""), self._coupon)
            if path == "/erp":
                return self._once("erp", headers.get("webhook-id", ""), lambda: {"ok": True})
            return 404, {"error": "the demo's stand-in does not know this address"}

    def _once(self, system: str, key: str, make: Any) -> tuple[int, Any]:
        """The same answer for the same key, as a system that honours keys gives it."""
        self.calls[system] += 1
        if (self.calls[system] + 7) % BUSY_EVERY == 0:
            self.busy += 1
            return 503, {"error": "busy, come again"}
        if key in self.keys:
            self.keys[key] += 1
            self.repeated += 1
            return 200, self._answers.get(key, {})
        self.distinct += 1
        self.keys[key], self._answers[key] = 1, make()
        _forget(self.keys)
        _forget(self._answers)
        return 200, self._answers[key]

    def _coupon(self) -> dict[str, Any]:
        return {"code": f"QH{self.distinct:06d}", "batch": "VISIT3"}

    def _douyin(self, path: str, body: Any) -> Any:
        params = body if isinstance(body, dict) else {}
        if path.startswith("/token/"):
            return {
                "access_token": "demo-access",
                "refresh_token": "demo-refresh",
                "expires_in": 604800,
            }
        if path == "/order/orderDetail":
            return {"shop_order_detail": self.orders.get(str(params.get("shop_order_id")))}
        if path == "/afterSale/List":
            wanted, order = params.get("aftersale_id"), params.get("order_id")
            found = [
                case
                for id_, case in self.cases.items()
                if wanted in (None, id_)
                and order in (None, str(case["order_info"]["shop_order_id"]))
            ]
            return {"items": found, "total": len(found), "has_more": False}
        return {}

    def _wecom(self, path: str, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        told = {"errcode": 0, "errmsg": "ok"}
        if path == "gettoken":
            return {**told, "access_token": "demo-wecom", "expires_in": 7200}
        if path == "externalcontact/get":
            id_ = query.get("external_userid", "")
            return {
                **told,
                "external_contact": {"external_userid": id_, "name": "", "type": 1},
                "follow_user": [{"userid": "zhoumin", "tags": []}],
            }
        if path in ("externalcontact/add_msg_template", "message/send"):
            return {**told, "msgid": f"msg{self.calls['wecom']:08d}", "fail_list": []}
        if path == "externalcontact/get_corp_tag_list":
            return {**told, "tag_group": []}
        return told


class Server:
    """The stand-in on a port of its own; use it as a context."""

    def __init__(self, port: int) -> None:
        self.stand_in = StandIn()
        handler = type("Handler", (_Handler,), {"stand_in": self.stand_in})
        try:
            self._http = ThreadingHTTPServer((HOST, port), handler)
        except OSError as fault:
            if _is_stand_in(port):
                raise Conflict(
                    text(
                        "已有一个演示在运行：先停止它，或直接看它的输出",
                        "a demo is running already: stop it first, or watch that one",
                    )
                ) from fault
            self._http = ThreadingHTTPServer((HOST, 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://{HOST}:{self._http.server_address[1]}"

    def __enter__(self) -> Server:
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("content-length", "0")
        raw = self.rfile.read(int(length)) if length.isdigit() else b""
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, answer = self.stand_in.answer(parts.path, query, headers, body)
        sent = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the demo counts by itself."""


def _is_stand_in(port: int) -> bool:
    """Whether it is another demo's stand-in that listens there."""
    line = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        line.request("GET", WHO)
        return b"stand_in" in line.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _forget(kept: dict[str, Any]) -> None:
    while len(kept) > MOST:
        kept.pop(next(iter(kept)))
