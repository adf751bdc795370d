"""What a caller sent and nobody read: refused calls are answered before their body is looked at.

The server ends a connection with half a body in it and does not say so, and the caller's next call
on it gets no answer at all. So the rest is read; where it is long, the answer says that it ends.
"""

from __future__ import annotations

from flask import Request, Response
from werkzeug.exceptions import HTTPException

MOST = 2**20  # bytes read only to be thrown away
_AT_ONCE = 2**16


def finish_body(request: Request, response: Response) -> None:
    """Leaves the connection fit for the next call, or says that there is none."""
    said = request.content_length
    if not said and "Transfer-Encoding" not in request.headers:
        return
    if (said or 0) > MOST or not _read_rest(request):
        response.headers["Connection"] = "close"


def _read_rest(request: Request) -> bool:
    """Whether the body came to its end within MOST bytes."""
    left = MOST
    try:
        while left > 0:
            found = request.stream.read(min(left, _AT_ONCE))
            if not found:
                return True
            left -= len(found)
    except (HTTPException, OSError):  # longer than it may be, or the caller is gone
        pass
    return False
