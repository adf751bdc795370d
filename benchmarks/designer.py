"""The designer in Chromium: a drag among 200 steps, its first paint, and what must be loaded first.

The real server on a folder of its own, the built screens, one flow of 200 steps. The drag is
recorded by Chromium's own tracing; a frame's work is what script, style and layout take of the
page's main thread between two frames.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figure import Figure
from benchmarks.processes import free_port
from deploy import chromium

TOP = Path(__file__).parents[1]
DIST = TOP / "designer" / "dist"
STEPS = 200
MOVES = 150
PASSWORD = "a-password-of-the-benchmarks"
PATIENCE = 60.0
# Of Chromium's timeline: what runs our code, and what it makes the browser compute.
SCRIPT = {"FunctionCall", "EvaluateScript", "FireAnimationFrame", "TimerFire", "EventDispatch",
          "RunMicrotasks", "V8.GCScavenger", "MinorGC", "MajorGC"}  # fmt: skip
LAYOUT = {"Layout", "UpdateLayoutTree", "RecalculateStyles", "PrePaint", "UpdateLayerTree"}
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]


def measure() -> list[Figure]:
    """The three figures, from one start of server and browser."""
    path = chromium.find()
    if path is None:
        raise RuntimeError("no Chromium on this machine: python deploy/chromium.py")
    with _server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = _signed_in(browser, url)
        paint, ready = _open(page)
        frames = _drag(browser, page)
        browser.close()
    p95 = _quantile(frames, 0.95)
    detail = {"median_ms": round(_quantile(frames, 0.5), 2), "frames": len(frames), "steps": STEPS}
    return [
        Figure("designer_drag", "script and layout of a frame while one of 200 steps is dragged, "
               "95 of 100 under", round(p95, 2), "ms", 8.0, is_better_high=False,
               detail=detail),
        Figure("designer_paint", "first paint of the designer with 200 steps", round(paint, 0),
               "ms", 1500.0, is_better_high=False, detail={"all_steps_drawn_ms": round(ready)}),
        Figure("designer_bundle", "what every screen loads first, gzip", _bundle(), "kB", 600.0,
               is_better_high=False),
    ]  # fmt: skip


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """`jimu up` on an empty folder, until it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        data = Path(folder) / "data"
        env = {**os.environ, "JIMU_DATA": str(data), "JIMU_PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", "up"], cwd=TOP, env=env, stdout=log, stderr=log
        )
        try:
            _wait(url, process)
            _prepare(url, data)
            yield url
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    over = time.monotonic() + PATIENCE
    while time.monotonic() < over and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/healthz", timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the server did not start")


def _prepare(url: str, data: Path) -> None:
    """The admin with a password of their own, and the flow."""
    first = (data / "first-login.txt").read_text().split("password ")[1].strip()
    with httpx.Client(base_url=url, timeout=60) as client:
        body = {"login": "admin", "password": first}
        session = client.post("/api/v1/auth/login", json=body).raise_for_status().json()
        client.headers["X-CSRF-Token"] = session["csrf"]
        change = {"old": first, "new": PASSWORD}
        client.put("/api/v1/me/password", json=change).raise_for_status()
        client.post("/api/v1/flows", json=flow()).raise_for_status()


def flow(count: int = STEPS) -> dict[str, Any]:
    """So many steps in rows of ten, each row a chain of its own behind one trigger."""
    nodes: list[dict[str, Any]] = [
        {"id": "t", "type": "event", "config": {"type": "order.paid"}, "position": {"x": 0, "y": 0}}
    ]
    edges = []
    for number in range(count - 1):
        row, column = divmod(number, 10)
        position = {"x": 280 + column * 280, "y": row * 110}
        config = {"add": [f"tag{number}"]}
        nodes.append({"id": f"n{number}", "type": "tag_customer", "config": config,
                      "position": position})  # fmt: skip
        before = f"n{number - 1}" if column else "t"
        edges.append({"id": f"e{number}", "from": before, "to": f"n{number}"})
    return {"key": "large", "name": "Large", "nodes": nodes, "edges": edges}


def _signed_in(browser: Browser, url: str) -> Page:
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
    body = {"login": "admin", "password": PASSWORD}
    answer = context.request.post("/api/v1/auth/login", data=body)
    if not answer.ok:
        raise RuntimeError(answer.text())
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    return page


def _open(page: Page) -> tuple[float, float]:
    """Milliseconds to the first paint, and until every step is drawn."""
    page.goto("/flows/large/edit")
    page.wait_for_function(
        "count => document.querySelectorAll('.react-flow__node').length >= count", arg=STEPS
    )
    ready = page.evaluate("performance.now()")
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity"
    )
    page.wait_for_timeout(1500)  # what is asked after opening is over
    return float(paint), float(ready)


def _drag(browser: Browser, page: Page) -> list[float]:
    """The work of each frame in milliseconds while a step is led about."""
    page.keyboard.press("Shift+1")  # all of it: a flow this large opens at its start
    page.wait_for_timeout(600)
    box = page.locator('.react-flow__node[data-id="n94"]').bounding_box()
    if box is None:
        raise RuntimeError("the step is not to be seen")
    # By its name: the middle of a small card may be a port.
    x, y = box["x"] + box["width"] * 0.35, box["y"] + box["height"] * 0.3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 4)
    page.mouse.move(x + 12, y + 8)
    browser.start_tracing(page=page, categories=CATEGORIES)
    for number in range(MOVES):
        page.mouse.move(x + 12 + number * 0.8, y + 8 + (number % 20) * 2)
        page.wait_for_timeout(8)
    recorded = json.loads(browser.stop_tracing())
    page.mouse.up()
    return frames_of(recorded["traceEvents"])


def frames_of(events: Sequence[Mapping[str, Any]]) -> list[float]:
    """Milliseconds of script and layout in each frame of the busiest main thread.

    1. Only the renderer's main thread, and of nested spans only the outermost: their time on the
       processor, so that what else the machine does at the moment does not count.
    2. A frame ends where it is handed to the compositor. Only those in which the mouse has moved
       count: between them there is nothing to do.
    """
    wanted = [one for one in events if one.get("ph") == "X" and one["name"] in SCRIPT | LAYOUT]
    threads: dict[tuple[int, int], float] = {}
    for one in wanted:
        slot = (one["pid"], one["tid"])
        threads[slot] = threads.get(slot, 0.0) + one.get("dur", 0)
    if not threads:
        return []
    main = max(threads, key=lambda slot: threads[slot])
    ends = sorted(
        one["ts"] for one in events if one["name"] == "Commit" and (one["pid"], one["tid"]) == main
    )
    work = [0.0] * (len(ends) + 1)
    moved: set[int] = set()
    at, over = 0, 0.0
    for one in sorted(wanted, key=lambda one: (one["ts"], -one.get("dur", 0))):
        if (one["pid"], one["tid"]) != main or one["ts"] < over:
            continue
        over = one["ts"] + one.get("dur", 0)
        while at < len(ends) and ends[at] <= one["ts"]:
            at += 1
        work[at] += one.get("tdur", one.get("dur", 0)) / 1_000
        if one["name"] == "EventDispatch" and _kind(one) in ("mousemove", "pointermove"):
            moved.add(at)
    return [work[at] for at in sorted(moved)]


def _kind(event: Mapping[str, Any]) -> str:
    return str(event.get("args", {}).get("data", {}).get("type", ""))


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _bundle() -> float:
    """Kilobytes of scripts and styles that index.html names, each as it is sent."""
    page = (DIST / "index.html").read_text()
    names = re.findall(r'(?:src|href)="/?(assets/[^"]+\.(?:js|css))"', page)
    total = sum(len(gzip.compress((DIST / name).read_bytes(), 6)) for name in dict.fromkeys(names))
    return round(total / 1_000, 1)
