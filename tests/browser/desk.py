"""The editor, driven as a person does: by what is written on it."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.server import sent


class Desk:
    """The open editor of one flow."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas = page.locator(".canvas")
        self.lines = page.locator(".canvas .react-flow__edge")
        self.form = page.get_by_role("complementary", name="设置")
        self.palette = page.get_by_role("complementary", name="节点")

    def expect_open(self) -> None:
        """The lock is ours: the flow's own fields can be written in."""
        expect(self.form.get_by_label("名称", exact=True)).to_be_enabled()

    def card(self, name: str) -> Locator:
        return self.canvas.get_by_role("article", name=name, exact=True)

    def drag_in(self, block: str, x: float, y: float) -> None:
        """Drags a block from the palette to a place of the canvas."""
        search = self.palette.get_by_role("textbox")
        search.fill(block)
        item = self.palette.get_by_role("button", name=block, exact=True)
        item.drag_to(self.canvas, target_position={"x": x, "y": y})
        search.fill("")

    def drag_onto_line(self, block: str, line: Locator) -> None:
        """Drags a block to the middle of a line."""
        box, frame = box_of(line), box_of(self.canvas)
        self.drag_in(
            block,
            box["x"] + box["width"] / 2 - frame["x"],
            box["y"] + box["height"] / 2 - frame["y"],
        )

    def add_behind(self, name: str, port: str, typed: str) -> None:
        """Takes the first block found for what is typed behind a free port of a card."""
        card = self.card(name)
        card.hover()
        card.get_by_role("button", name=f"在“{port}”后面添加节点").click()
        self.page.get_by_role("combobox", name="搜索节点").fill(typed)
        self.page.get_by_role("option").first.click()

    def choose(self, label: str, option: str) -> None:
        """Picks an option of a select in the form."""
        choose(self.form.get_by_role("combobox", name=label, exact=True), option)

    def rename(self, card: str, name: str) -> None:
        self.card(card).click()
        self.form.get_by_label("节点名称").fill(name)

    def rest(self) -> None:
        """Takes the cursor out of any field: keys are the canvas's again."""
        self.page.evaluate("document.activeElement?.blur()")

    def expect_saved(self) -> None:
        expect(self.page.get_by_role("status").filter(has_text="已保存")).to_be_visible()

    def publish(self) -> None:
        self.page.get_by_role("button", name="发布…").click()
        dialog = self.page.get_by_role("dialog", name="发布")
        dialog.get_by_role("button", name="发布并开始执行").click()
        expect(self.page.get_by_text(re.compile(r"版本 \d+ 已上线"))).to_be_visible()


def choose(field: Locator, option: str) -> None:
    """Picks an option of a select by what is written on it; typing narrows the list."""
    field.click()
    if field.get_attribute("readonly") is None:
        field.fill(option)
    field.page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)").get_by_title(
        option, exact=True
    ).first.click()


def let_code_grow_old(page: Page, address: str) -> None:
    """The next write to this address is answered as ten minutes after the code was given."""
    stale = (
        '{"code":"second_factor_stale","title":"","detail":"请再次输入动态口令","status":403,'
        '"type":"","instance":""}'
    )
    page.route(
        address,
        lambda route: route.fulfill(status=403, content_type="application/json", body=stale),
        times=1,
    )


def give_code(page: Page, code: str) -> None:
    """Answers the question for the code."""
    asked = page.get_by_role("dialog", name="请输入动态口令")
    asked.get_by_label("动态口令").fill(code)
    asked.get_by_role("button", name="确认").click()
    expect(asked).to_have_count(0)


def tab_to(found: Locator) -> None:
    """Goes on with Tab until something has the focus."""
    expect(found).to_be_visible()
    for _ in range(80):
        if found.evaluate("each => each === document.activeElement"):
            return
        found.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not come to {found}")


def box_of(found: Locator) -> Any:
    """Where something stands in the window: x, y, width, height."""
    box = found.bounding_box()
    assert box is not None, f"{found} is not on the page"
    return box


def new_flow(client: httpx.Client, document: dict[str, Any]) -> int:
    """Makes a flow of somebody's; gives the draft's revision."""
    return int(sent(client.post("/api/v1/flows", json=document))["revision"])


def publish(client: httpx.Client, key: str, revision: int) -> None:
    match = {"If-Match": f'"r{revision}"'}
    sent(client.post(f"/api/v1/flows/{key}/publish", json={}, headers=match))


def draft_of(client: httpx.Client, key: str) -> dict[str, Any]:
    return dict(sent(client.get(f"/api/v1/flows/{key}"))["draft"])
