"""Files of orders: for everybody who never gets permission for a platform's interface.

A person imports and exports by hand; a script may also push the file to the connection's hook.
There is no action for a flow: see the README for why.
"""

from __future__ import annotations

import hmac
import io
import json
import re
from typing import Any

from pydantic import SecretStr

from connectors.csv_file.mapping import OrderMapping, title_of
from connectors.csv_file.reading import LineError, Sums, read_orders
from engine.core.connector import (
    ConnectorType,
    Credentials,
    EventSource,
    Link,
    Reply,
    Request,
    Settings,
)
from engine.core.errors import Unauthenticated
from engine.core.event import Event
from engine.core.fields import field
from engine.core.records.order import STATUS_NAMES
from engine.core.text import Text, text

_SHOWN = 5


class CsvCredentials(Credentials):
    upload_key: SecretStr | None = field(
        text("上传密钥", "Upload key"),
        help=text(
            "只在用脚本自动上传文件时需要，至少 24 个字符。",
            "Only for scripts that upload files by themselves; at least 24 characters.",
        ),
        widget="secret",
        default=None,
        min_length=24,
        max_length=200,
    )


class CsvSettings(Settings):
    mapping: OrderMapping = field(text("列对照", "Mapping"), widget="mapping_to_record")


def receive(link: Link, request: Request) -> Reply:
    """The orders of a file that a script pushes (`Authorization: Bearer <upload key>`)."""
    key: SecretStr | None = link.credentials.upload_key
    given = request.headers.get("authorization", "").encode("utf-8", "replace")
    if key is None or not hmac.compare_digest(given, f"Bearer {key.get_secret_value()}".encode()):
        raise Unauthenticated(text("上传密钥不对", "The upload key is wrong"))
    sums, events, review = Sums(), [], []
    for found in read_orders(
        io.BytesIO(request.body),
        link.settings.mapping,
        sums=sums,
        source=f"csv_file:{link.key}",
        connection=link.key,
    ):
        if isinstance(found, Event):
            events.append(found)
        else:
            review.append(as_review(found))
    said = {**sums.as_json(), "errors": [item["record"]["line"] for item in review[:100]]}
    return Reply(body=json.dumps(said).encode(), events=events, review=review)


def as_review(fault: LineError) -> dict[str, Any]:
    """A refused row as the review list keeps it."""
    where = text(f"第 {fault.line} 行", f"line {fault.line}")
    if fault.column:
        where = text(f"{where['zh']}“{fault.column}”", f"{where['en']}, {fault.column}")
    return {
        "reason": text(
            f"{where['zh']}：{fault.reason['zh']}", f"{where['en']}: {fault.reason['en']}"
        ),
        "record": {"line": fault.line, "order": fault.order, "row": dict(fault.record)},
    }


def test(link: Link) -> Text:
    """Says what the mapping takes from a file; there is nobody to connect to."""
    mapping: OrderMapping = link.settings.mapping
    shown = [(_title(one.to), one.column) for one in mapping.columns[:_SHOWN]]
    zh = "，".join(f"{title['zh']} ← {column}" for title, column in shown)
    en = ", ".join(f"{title['en']} ← {column}" for title, column in shown)
    count = len(mapping.columns)
    return text(f"已对照 {count} 列：{zh}。", f"{count} columns are mapped: {en}.")


def _title(to: str) -> Text:
    own = re.match(r"(fields|identity)\.(.+)", to)
    return text(own[2], own[2]) if own else title_of(to)


_SAMPLE = {
    "platform": "own",
    "shop": "禾苗旗舰店",
    "external_id": "A1001",
    "currency": "CNY",
    "amount": "158.80",
    "created_at": "2026-11-10T16:00:05Z",
    "paid_at": "2026-11-10T16:03:12Z",
    "lines": [{"sku": "HM-15", "name": "玫瑰眼霜 15ml", "quantity": 1, "amount": "158.80"}],
}

CONNECTOR = ConnectorType(
    label=text("订单文件（CSV）", "Order files (CSV)"),
    summary=text(
        "导入和导出订单文件，没有接口权限也能用",
        "Imports and exports files of orders; needs no permission of a platform",
    ),
    credentials=CsvCredentials,
    settings=CsvSettings,
    test=test,
    receive=receive,
    group="file",
    events=tuple(
        EventSource(
            f"order.{status}",
            text(f"订单{name['zh']}", f"Order {name['en']}"),
            {"order": {**_SAMPLE, "status": status}},
        )
        for status, name in STATUS_NAMES.items()
    ),
)
