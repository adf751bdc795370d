"""Idempotency-Key: a write that is sent again gets its first answer and is not done again.

1. A write with the header puts a row for (caller, method, address, key) before it runs.
2. A row that is there already: another body is refused (422), a call that still runs is a conflict
   (409), a finished one gives its answer again, with `Idempotency-Replayed: true`.
3. Afterwards the answer is kept, sealed, for a day. A call that was refused did nothing: its row
   goes, and the same key may be sent again.

When a process dies in between, nobody knows what was done: the key answers 409 `outcome_unknown`
for the rest of its day, and the caller looks at what is there.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import structlog
from flask import Request, Response, g

from api.context import world
from engine.core.errors import Conflict, InvalidInput, Problem
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.store import idempotency as store
from engine.store.db import DatabaseFault

log = structlog.get_logger(__name__)
KEPT_FOR = timedelta(hours=24)
RUNS_AT_MOST = timedelta(minutes=2)
HEADER = "Idempotency-Key"
KEPT_HEADERS = ("Location", "ETag", "Content-Language")


class InProgress(Conflict):
    """The first call with this key still runs."""

    code = "in_progress"


class OutcomeUnknown(Conflict):
    """The first call with this key ended without an answer."""

    code = "outcome_unknown"


def begin(request: Request, who: Principal) -> Response | None:
    """The first answer when this write was made before, else None and the write may run."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise InvalidInput(
            text("Idempotency-Key 格式不对", "Idempotency-Key is malformed"),
            [
                Problem(
                    f"/header/{HEADER}",
                    text("应为 1–200 个可见字符", "takes 1 to 200 visible characters"),
                )
            ],
        )
    now = world().now()
    said = "\x1f".join((who.tenant, who.id, request.method, request.path, key))
    row_id = hashlib.sha256(said.encode()).hexdigest()
    body = hashlib.sha256(request.query_string + b"\0" + request.get_data()).hexdigest()
    row = {
        "id": row_id,
        "tenant": who.tenant,
        "body_hash": body,
        "begun_at": now,
        "until": now + KEPT_FOR,
    }
    with world().db.begin() as conn:
        is_first = store.begin(conn, row, now)
        found = None if is_first else store.find(conn, who.tenant, row_id)
    if is_first:
        g.idempotent = (who.tenant, row_id)
        return None
    if found is None:  # refused just now, and its row gone: send it once more
        raise InProgress(text("上一次请求仍在处理", "the first call still runs"))
    if found.body_hash != body:
        raise InvalidInput(
            text(
                "同一个 Idempotency-Key 不能用于不同的内容",
                "the same Idempotency-Key was used for other content",
            ),
            [Problem(f"/header/{HEADER}", text("已用于其他内容", "was used already"), "reused")],
        )
    if found.status is None:
        if found.begun_at + RUNS_AT_MOST > now:
            raise InProgress(text("上一次请求仍在处理", "the first call still runs"))
        raise OutcomeUnknown(
            text(
                "上一次请求中断，结果未知，请先查看是否已生效",
                "the first call broke off and nobody knows what it did: look first",
            )
        )
    return _again(found)


def end(response: Response) -> Response:
    """Keeps the answer of a write that ran under a key, or frees the key if nothing was done."""
    held: tuple[str, str] | None = g.pop("idempotent", None)
    if held is None:
        return response
    tenant, row_id = held
    try:
        with world().db.begin() as conn:
            if response.status_code >= 400:
                store.drop(conn, tenant, row_id)
            else:
                store.keep(conn, tenant, row_id, _kept(response, row_id))
    except DatabaseFault as fault:
        log.warning("the answer could not be kept", error=str(fault)[:200])
    return response


def _kept(response: Response, row_id: str) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "headers": {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        },
        "body": world().vault.seal(response.get_data(as_text=True), f"answer:{row_id}"),
    }


def _again(row: Any) -> Response:
    body = world().vault.open(row.body, f"answer:{row.id}")
    response = Response(body, status=row.status, headers=row.headers or {})
    if body:
        response.mimetype = "application/json"
    else:
        response.headers.pop("Content-Type", None)
    response.headers["Idempotency-Replayed"] = "true"
    return response
