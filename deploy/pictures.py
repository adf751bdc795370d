"""Takes pictures of the main screens for the documentation: `python -m deploy.pictures`.

Starts an installation with the demo's brand in a temporary folder, waits until runs have happened,
and writes docs/pictures/*.jpg in Chinese, 1280 x 800.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy import chromium
from tests.browser.server import Server, running, sent
from tests.engine.cli.test_up import wait_until

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
# name -> address, and what stands there once the page is whole
SCREENS = MappingProxyType(
    {
        "home": ("/", ".figure"),
        "flows": ("/flows", "tbody a"),
        "editor": ("/flows/vip_upgrade/edit", ".canvas article"),
        "templates": ("/templates", ".scene-card"),
        "runs": ("/runs", "tbody a"),
        "connections": ("/connections", ".page-body .ant-card"),
        "cards": ("/settlement/cards", "tbody a"),
        "trial": ("/settlement/trial", ".page-body .ant-card"),
    }
)
# name -> the list whose first row is opened, and what stands on its page
OPENED = MappingProxyType(
    {
        "run": ("/runs?flow=vip_upgrade&status=succeeded", ".react-flow__node"),
        "statement": ("/settlement/statements", ".page-body .ant-card"),
    }
)
RUNS = 20
# Generous: server and browser may share a slow core.
expect.set_options(timeout=30_000)


def main() -> None:
    path = chromium.find()
    if path is None:
        raise SystemExit("No Chromium on this machine: python deploy/chromium.py")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "--demo") as server,
        sync_playwright() as playwright,
    ):
        wait_until(lambda: has_runs(server.admin))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = open_page(browser, server)
        draw_statements(server.admin)
        for name, (address, sight) in SCREENS.items():
            page.goto(address)
            if name == "editor":
                page.locator(".canvas article").nth(1).click()
            take(page, name, sight)
        for name, (address, sight) in OPENED.items():
            page.goto(address)
            page.locator("tbody a").first.click()
            take(page, name, sight)
        browser.close()


def take(page: Page, name: str, sight: str) -> None:
    """A picture once what belongs there stands, and nothing is being loaded or fading in."""
    expect(page.locator(sight).first).to_be_visible()
    expect(page.locator("[aria-busy=true], .ant-spin-spinning, .ant-skeleton")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    file = PICTURES / f"{name}.jpg"
    page.screenshot(path=file, type="jpeg", quality=80, animations="disabled")
    print(file, flush=True)


def draw_statements(client: httpx.Client) -> None:
    """A draft for every party, of this month."""
    period = f"{datetime.now(UTC):%Y-%m}"
    for party in sent(client.get("/api/v1/parties"))["items"]:
        body = {"party": party["id"], "period": period}
        sent(client.post("/api/v1/settlement/statements", json=body))


def has_runs(client: httpx.Client) -> bool:
    return len(sent(client.get(f"/api/v1/runs?limit={RUNS}"))["items"]) >= RUNS


def open_page(browser: Browser, server: Server) -> Page:
    context = browser.new_context(
        base_url=server.url, locale="zh-CN", viewport={"width": 1280, "height": 800}
    )
    context.add_cookies([{"name": "jimu", "value": server.session("admin"), "url": server.url}])
    return context.new_page()


if __name__ == "__main__":
    main()
