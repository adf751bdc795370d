"""Headers every answer has: what a browser may do with it, and which call it was."""

from __future__ import annotations

from flask import Response, g, request

# The designer's own scripts and styles; antd and React Flow set styles on elements.
PAGES = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
DATA = "default-src 'none'; frame-ancestors 'none'"


def set_headers(response: Response) -> None:
    """Sets them; a page keeps the policy it has set itself."""
    headers = response.headers
    headers["X-Request-Id"] = g.request_id
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault(
        "Content-Security-Policy", PAGES if response.mimetype == "text/html" else DATA
    )
    if request.path.startswith("/api/v1"):
        # Answers differ by who asks, and hold what no cache in between may keep.
        headers.setdefault("Cache-Control", "private, no-store")
        headers.add("Vary", "Cookie, Authorization, Accept-Language")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
