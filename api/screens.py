"""The designer's built files. What a browser asks for that is no file is one of its pages."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Request, Response, send_from_directory
from werkzeug.exceptions import NotFound

from api.context import options

# These never are pages: what is unknown below them is a 404 in JSON.
_NOT_PAGES = ("api", "hooks", "healthz", "readyz", "metrics", "assets")

# It looks again by itself: `make run` builds the screens while the server is up already.
_NOT_BUILT = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="4">
<title>积木 Jimu</title>
<style>body{font:16px/1.7 system-ui,sans-serif;max-width:40rem;margin:12vh auto;padding:0 1.5rem}
code{background:#8882;padding:.1em .4em;border-radius:4px}</style>
<h1>积木 Jimu</h1>
<p>服务已启动，网页界面正在准备。用 <code>make run</code> 启动时会自动构建，一般一两分钟，
完成后本页自动打开。用其他方式启动时，请在项目目录执行 <code>make setup</code>
（需要 Node 20.19 以上，没有时会自动安装）。</p>
<p>接口文档现在就可以使用：<a href="/api/docs">/api/docs</a></p>
<hr>
<p lang="en">The server runs; its screens are not built yet. <code>make run</code> builds them by
itself, which takes a minute or two, and this page then opens them. Started in another way, run
<code>make setup</code> in the project's folder (it needs Node 20.19 or newer and installs one if
there is none). The API's documentation is at <a href="/api/docs">/api/docs</a>.</p>
</html>
"""


def serve(request: Request) -> Response | None:
    """A file of the designer, or its page; None when the address is nobody's."""
    first = request.path.lstrip("/").partition("/")[0]
    folder = options().screens
    if request.method not in ("GET", "HEAD"):
        return None
    if first in _NOT_PAGES and first != "assets":
        return None
    # Only a person's browser gets a page: a program shall see that there is nothing.
    wants_page = first == "" or "text/html" in request.headers.get("Accept", "")
    if not (folder / "index.html").is_file():
        return Response(_NOT_BUILT, mimetype="text/html") if wants_page else None
    try:
        if first:
            return _file(folder, request.path.lstrip("/"), request)
    except NotFound:
        if first == "assets":
            return None
    return _file(folder, "index.html", request) if wants_page else None


def _file(folder: Path, name: str, request: Request) -> Response:
    """A file as it is; one under assets/ packed by the build where the browser takes that."""
    if not name.startswith("assets/"):
        response = send_from_directory(folder, name)
        response.headers["Cache-Control"] = "no-cache"
        return response
    if request.accept_encodings.quality("gzip") > 0:
        try:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            response = send_from_directory(folder, f"{name}.gz", mimetype=kind)
            response.headers["Content-Encoding"] = "gzip"
        except NotFound:
            response = send_from_directory(folder, name)
    else:
        response = send_from_directory(folder, name)
    response.headers["Vary"] = "Accept-Encoding"
    # It carries a hash in its name.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
