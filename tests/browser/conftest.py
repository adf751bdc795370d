"""A real server and a real Chromium.

server    one installation for all browser tests
browser   one Chromium, the machine's own
page      a page in Chinese; the test fails if its scripts do
sign_in   signs somebody in by the form
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from deploy import chromium
from tests.browser.server import PASSWORD, TOP, Server, running

# Generous: two slow cores share server, browser and test. Nothing waits longer than it must.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

SignIn = Callable[..., None]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    built = TOP / "designer" / "dist" / "index.html"
    assert built.exists(), "the screens are not built: python deploy/node.py build"
    with running(tmp_path_factory.mktemp("installation")) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    assert path, "no Chromium on this machine: python deploy/chromium.py"
    with sync_playwright() as playwright:
        # Without its sandbox it also runs as root, as in a container; the pages are our own.
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server.url, locale="zh-CN", viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(PATIENCE)
    found = context.new_page()
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # The browser itself reports refused calls; what a page makes of them the test looks at.
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    found.on("console", note)
    found.on("pageerror", lambda fault: faults.append(str(fault)))
    yield found
    context.close()
    assert not faults


@pytest.fixture
def sign_in(page: Page, server: Server) -> SignIn:
    def signs_in(login: str, password: str = PASSWORD, *, succeeds: bool = True) -> None:
        page.goto("/")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码", exact=True).fill(password)
        page.get_by_role("button", name="登录").click()
        if login == "admin":
            page.get_by_label("动态口令").fill(server.code())
            page.get_by_role("button", name="登录").click()
        if succeeds:
            # The session is there; only now may a test go to another address.
            expect(page.get_by_role("heading", name="登录")).to_have_count(0)

    return signs_in
