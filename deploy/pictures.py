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
# name -> address
SCREENS = MappingProxyType(
    {
        "home": "/",
        "flows": "/flows",
        "editor": "/flows/vip_upgrade/edit",
        "templates": "/templates",
        "runs": "/runs",
        "connections": "/connections",
        "cards": "/settlement/cards",
        "trial": "/settlement/trial",
    }
)
# name -> the list whose first row is opened
OPENED = MappingProxyType(
    {"run": "/runs?flow=vip_upgrade&status=succeeded", "statement": "/settlement/statements"}
)
RUNS = 20


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
        for name, address in SCREENS.items():
            page.goto(address)
            if name == "editor":
                page.locator(".canvas article").nth(1).click()
            take(page, name)
        for name, address in OPENED.items():
            page.goto(address)
            page.locator("tbody a").first.click()
            page.wait_for_url(f"**{address.partition('?')[0]}/*")
            take(page, name)
        browser.close()


def take(page: Page, name: str) -> None:
    """A picture once nothing is being loaded."""
    expect(page.locator("[aria-busy=true], .ant-spin-spinning")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=80)
    print(PICTURES / f"{name}.jpg", flush=True)


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
