"""A real server and a real Chromium.

server    one installation for all browser tests
browser   one Chromium, the machine's own
page_of   opens a page in Chinese for somebody who is signed in; the test fails if its scripts do
page      such a page for nobody yet
sign_in   signs somebody in there, by the form
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from deploy import chromium
from tests.browser.server import PASSWORD, TOP, Server, running

# Generous: two slow cores share server, browser and test. Nothing waits longer than it must.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 812}

SignIn = Callable[..., None]
PageOf = Callable[..., Page]


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
def page_of(browser: Browser, server: Server) -> Iterator[PageOf]:
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # The browser itself reports refused calls; what a page makes of them the test looks at.
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    def opens(login: str | None = None, path: str | None = None, *, phone: bool = False) -> Page:
        size = PHONE if phone else DESK
        context = browser.new_context(
            base_url=server.url, locale="zh-CN", viewport=size, has_touch=phone
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if login is not None:
            cookie = {"name": "jimu", "value": server.session(login), "url": server.url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        if path is not None:
            page.goto(path)
        return page

    yield opens
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def page(page_of: PageOf) -> Page:
    return page_of()


@pytest.fixture
def sign_in(page: Page, server: Server) -> SignIn:
    def signs_in(login: str, password: str = PASSWORD, *, succeeds: bool = True) -> None:
        page.goto("/")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码", exact=True).fill(password)
        page.get_by_role("button", name="登录").click()
        if succeeds and login in server.codes:
            page.get_by_label("动态口令").fill(server.code(login))
            page.get_by_role("button", name="登录").click()
        if succeeds:
            # The session is there; only now may a test go to another address.
            expect(page.get_by_role("heading", name="登录")).to_have_count(0)

    return signs_in
