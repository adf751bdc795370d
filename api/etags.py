"""ETags and If-Match: nobody overwrites what they have not seen (RFC 9110, section 13).

A thing with a revision has the strong ETag `"r<revision>"`.
"""

from __future__ import annotations

import re

from flask import request

from api.errors import IfMatchNeeded
from engine.core.errors import InvalidInput, Problem, Stale
from engine.core.text import text

_TAG = re.compile(r'"r([0-9]{1,9})"')


def tag(revision: int) -> str:
    """The ETag of a revision."""
    return f'"r{revision}"'


def expected() -> int | None:
    """The revision an edit was made from, by If-Match; None for `*` (whatever it is).

    Raises IfMatchNeeded (428) without the header, InvalidInput for what is no ETag of ours. A list
    of several, or a weak one, never matches: 412.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        raise IfMatchNeeded(
            text(
                "请在 If-Match 中带上读取时的 ETag",
                "send the ETag you have read as If-Match",
            )
        )
    if sent.strip() == "*":
        return None
    found = _TAG.fullmatch(sent.strip())
    if found is None:
        if re.fullmatch(r'(W/)?"[\x21\x23-\x7e]*"(\s*,\s*(W/)?"[\x21\x23-\x7e]*")*', sent.strip()):
            raise stale()
        raise InvalidInput(
            text("If-Match 格式不对", "If-Match is malformed"),
            [Problem("/header/If-Match", text("应为 ETag", "must be an ETag"), "etag")],
        )
    return int(found[1])


def check(current: int) -> int:
    """The current revision, if it is the one the edit was made from; Stale (412) otherwise."""
    wanted = expected()
    if wanted is not None and wanted != current:
        raise stale()
    return current


def stale() -> Stale:
    return Stale(
        text(
            "内容已被他人修改，请重新读取后再改",
            "somebody has changed it meanwhile: read it again first",
        )
    )
