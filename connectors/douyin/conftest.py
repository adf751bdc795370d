"""A Douyin shop platform on loopback: checks signatures by itself, issues tokens and ends them.

It shares no code with the connector: what it knows of the protocol is written here once more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.douyin.forms import DouyinCredentials, DouyinSettings
from engine.core.connector import Request
from tests.wire import NOW, Answer, Received, Wire

KEY, SECRET, SHOP = "7100000000000000001", "qinghe-app-secret", "4463798"
ORDER, REFUND, AT = "6921001100230045", "146701382803677771", int(NOW.timestamp())


class Platform:
    """Answers as the platform does. `answers` are data by method, `faults` come before them."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.valid: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.answers: dict[str, Any] = {}
        self.faults: list[dict[str, Any] | Answer] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, got: Received) -> Answer:
        parts = urlsplit(got.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = got.body.decode()
        method, params = query["method"], json.loads(body)
        self.calls.append((method, params))
        assert got.method == "POST"
        assert parts.path == "/" + method.replace(".", "/")
        if query["sign"] != signature(query, body):
            return said(40003, "isv.signature-invalid", "签名校验失败")
        sent_at = datetime.strptime(query["timestamp"] + "+0800", "%Y-%m-%d %H:%M:%S%z")
        if abs((sent_at - NOW).total_seconds()) > 600:
            return said(40003, "isv.timestamp-invalid", "时间戳不合法")
        if method.startswith("token."):
            return self._token(method, params, query)
        if query.get("access_token") not in self.valid:
            return said(40003, "isv.access-token-expired", "access_token已过期")
        if self.faults:
            fault = self.faults.pop(0)
            return fault if isinstance(fault, Answer) else Answer(body=json.dumps(fault).encode())
        found = self.answers.get(method)
        return said(10000, "", "success", found(params) if callable(found) else found)

    def _token(self, method: str, params: dict[str, Any], query: dict[str, str]) -> Answer:
        assert "access_token" not in query
        if method == "token.create":
            if params != {"code": "", "grant_type": "authorization_self", "shop_id": SHOP}:
                return said(50001, "dop.token-generate-failed:no-authorization", "店铺授权已失效")
        elif params.get("refresh_token") not in self.refresh_tokens:
            return said(50001, "dop.token-generate-failed:token-invalid", "token不存在")
        turn = len(self.tokens) + 1
        self.tokens.append(f"AT-{turn}")
        self.valid, self.refresh_tokens = {f"AT-{turn}"}, {f"RT-{turn}"}
        data = {
            "access_token": f"AT-{turn}",
            "refresh_token": f"RT-{turn}",
            "expires_in": 604800,
            "shop_id": int(SHOP),
        }
        return said(10000, "", "success", data)

    def end_tokens(self) -> None:
        self.valid.clear()

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]


def signature(query: dict[str, str], body: str) -> str:
    """The signature over everything that was sent but what the platform leaves out."""
    signed = {**query, "param_json": body}
    for name in ("sign", "sign_method", "access_token"):
        signed.pop(name, None)
    over = SECRET + "".join(f"{name}{signed[name]}" for name in sorted(signed)) + SECRET
    return hmac.digest(SECRET.encode(), over.encode(), hashlib.sha256).hex()


def said(code: int, sub_code: str, sub_msg: str, data: Any = None) -> Answer:
    found = {
        "code": code,
        "msg": "success" if code == 10000 else "失败",
        "sub_code": sub_code,
        "sub_msg": sub_msg,
        "data": data,
    }
    return Answer(body=json.dumps(found, ensure_ascii=False).encode())


def raw_order(order_id: str = ORDER, **more: Any) -> dict[str, Any]:
    """An invented paid order as the platform lists it."""
    return {
        "shop_id": int(SHOP),
        "order_id": order_id,
        "main_status": 2,
        "order_status": 2,
        "create_time": AT - 600,
        "pay_time": AT - 540,
        "update_time": AT - 540,
        "pay_amount": 12800,
        "promotion_pay_amount": 0,
        "doudian_open_id": "1@#QingheBuyer0002",
        "sku_order_list": [
            {
                "order_id": order_id + "1",
                "order_status": 2,
                "sku_id": 1768220011001,
                "product_name": "青禾紧致眼霜 15g",
                "item_num": 1,
                "sum_amount": 12800,
                "origin_amount": 12800,
                "pay_amount": 12800,
            }
        ],
        **more,
    }


def raw_refund(refund_id: str = REFUND, **more: Any) -> dict[str, Any]:
    """An invented after-sale case as the platform lists it; `more` goes into aftersale_info."""
    return {
        "aftersale_info": {
            "aftersale_id": refund_id,
            "aftersale_type": 0,
            "aftersale_status": 6,
            "refund_status": 1,
            "apply_time": AT - 300,
            "update_time": AT - 300,
            "refund_amount": 12800,
            **more,
        },
        "order_info": {"shop_order_id": ORDER, "related_order_info": []},
        "text_part": {"reason_text": "不想要了"},
    }


def push(*messages: Any, secret: str = SECRET, raw: bytes | None = None, **headers: str) -> Request:
    body = raw if raw is not None else json.dumps(messages, ensure_ascii=False).encode()
    made = hmac.digest(secret.encode(), KEY.encode() + body + secret.encode(), hashlib.sha256)
    found = {"app-id": KEY, "event-sign": made.hex(), **headers}
    return Request("POST", "/hooks/douyin/qinghe", {}, found, body, NOW)


def message(tag: int, text: bool = False, **data: Any) -> dict[str, Any]:
    found = {"p_id": int(ORDER), "s_ids": [int(ORDER + "1")], "shop_id": int(SHOP), **data}
    return {
        "tag": str(tag),
        "msg_id": f"m-{tag}",
        "data": json.dumps(found) if text else found,
    }


@pytest.fixture
def platform(wire: Wire) -> Platform:
    found = Platform()
    wire.answer = found
    return found


@pytest.fixture
def link(wire: Wire, make_link: Any) -> Callable[..., Any]:
    """link(secret=..., **settings) -> Link to the platform on loopback."""

    def link(secret: str = SECRET, **settings: Any) -> Any:
        credentials = {"app_key": KEY, "app_secret": secret, "shop_id": SHOP}
        return make_link(
            DouyinCredentials.model_validate(credentials),
            DouyinSettings.model_validate({"base_url": wire.url, **settings}),
            key="qinghe",
        )

    return link
