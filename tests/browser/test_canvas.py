"""Flows are built on the canvas: by mouse, by keyboard, undone, and by two people at once."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageOf
from tests.browser.desk import Desk, choose, draft_of, new_flow, tab_to
from tests.browser.server import Server, fresh, paid_order, sent
from tests.engine.cli.test_up import wait_until

pytestmark = pytest.mark.browser


def make_flow(page: Page, name: str, key: str) -> Desk:
    page.get_by_role("button", name="新建流程").click()
    dialog = page.get_by_role("dialog", name="新建流程")
    dialog.get_by_label("名称").fill(name)
    dialog.get_by_label("编号").fill(key)
    dialog.get_by_role("button", name="新建并打开").click()
    desk = Desk(page)
    desk.expect_open()
    return desk


def test_a_flow_is_built_by_mouse_tried_and_takes_a_real_event(
    page_of: PageOf, server: Server
) -> None:
    key = fresh("big_by_mouse")
    page = page_of("jiang", "/flows")
    desk = make_flow(page, "大额订单", key)
    desk.drag_in("事件发生时", 120, 200)
    desk.choose("事件", "订单已付款")
    desk.add_behind("事件发生时", "下一步", "结束")
    expect(desk.lines).to_have_count(1)
    desk.drag_onto_line("条件分支", desk.lines.first)
    expect(desk.lines).to_have_count(2)
    desk.form.get_by_role("button", name=re.compile("条件$")).first.click()
    row = desk.form.get_by_role("group", name="第 1 行条件")
    field = row.get_by_role("combobox", name="选择字段")
    field.click()
    field.fill("order.amount")
    page.locator(".ant-select-tree-title", has_text="实付").first.click()
    choose(row.get_by_role("combobox", name="怎么比"), "大于（超过，不含）")
    row.get_by_label("值", exact=True).fill("500")
    desk.add_behind("条件分支", "其他情况", "结束")
    expect(desk.canvas.get_by_role("article")).to_have_count(4)

    page.get_by_role("button", name="试运行").click()
    trial = page.get_by_role("region", name="试运行")
    event = paid_order("B1", "620.00")
    trial.get_by_label("样例事件").fill(json.dumps(event))
    trial.get_by_role("button", name=re.compile("运行$")).click()
    expect(desk.canvas.locator(".react-flow__edge .light-lit")).to_have_count(2)
    trial.get_by_role("button", name="关闭").click()

    desk.publish()
    server.session("admin")
    asked = {"name": key, "scopes": ["events.write"]}
    made = sent(server.admin.post("/api/v1/keys", json=asked))
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    sent(httpx.post(f"{server.url}/api/v1/events", json=paid_order("B2", "900"), headers=bearer))
    runs = f"/api/v1/runs?flow={key}"
    wait_until(lambda: bool(sent(server.admin.get(runs))["items"]))
    page.goto(f"/runs?flow={key}")
    page.get_by_role("link", name="大额订单").first.click()
    expect(page.get_by_role("heading", name="执行过程")).to_be_visible()
    expect(page.get_by_text("收到事件 order.paid").first).to_be_visible()
    expect(page.locator(".canvas-box .react-flow__edge .light-lit")).to_have_count(2)


def test_a_flow_that_a_form_starts_is_tried_by_filling_it_in(
    page_of: PageOf, server: Server
) -> None:
    key = fresh("by_form")
    asked = {
        "type": "object",
        "required": ["shop"],
        "properties": {"shop": {"type": "string", "title": "哪个门店"}},
    }
    document = three_steps(key, "门店报修")
    document["nodes"][0] |= {"type": "form", "name": "报修单", "config": {"form": asked}}
    document["nodes"][2]["config"] = {"outcome": "{{ steps.start.shop }}已报修"}
    new_flow(server.clients["jiang"], document)
    page = page_of("jiang", f"/flows/{key}/edit")
    desk = Desk(page)
    desk.expect_open()
    page.get_by_role("button", name="试运行").click()
    trial = page.get_by_role("region", name="试运行")
    trial.get_by_label("哪个门店").fill("徐汇店")
    trial.get_by_role("button", name=re.compile("运行$")).click()
    expect(desk.canvas.locator(".react-flow__edge .light-lit")).to_have_count(2)
    ended = trial.get_by_role("button", name=re.compile("^收尾"))
    expect(ended).to_contain_text("徐汇店已报修")
    expect(ended).not_to_contain_text("out")


def test_a_flow_is_built_and_published_without_a_mouse(page_of: PageOf, server: Server) -> None:
    key = fresh("by_keyboard")
    page = page_of("jiang", "/flows")
    keys = page.keyboard
    tab_to(page.get_by_role("button", name="新建流程"))
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="新建流程")
    expect(dialog.get_by_label("名称")).to_be_focused()
    keys.type("只用键盘")
    tab_to(dialog.get_by_label("编号"))
    keys.type(key)
    tab_to(dialog.get_by_role("button", name="新建并打开"))
    keys.press("Enter")
    desk = Desk(page)
    expect(dialog).to_have_count(0)
    desk.expect_open()
    for typed, name in (("sdzx", "手动执行"), ("js", "结束")):
        keys.press("a")
        expect(page.get_by_role("combobox", name="搜索节点")).to_be_focused()
        keys.type(typed)
        expect(page.get_by_role("option").first).to_contain_text(name)
        keys.press("Enter")
        expect(desk.card(name)).to_be_visible()
    expect(desk.lines).to_have_count(1)
    keys.press("Control+Shift+Enter")
    dialog = page.get_by_role("dialog", name="发布")
    tab_to(dialog.get_by_role("button", name="发布并开始执行"))
    keys.press("Enter")
    expect(page.get_by_text("版本 1 已上线")).to_be_visible()
    assert sent(server.admin.get(f"/api/v1/flows/{key}"))["status"] == "live"


def three_steps(key: str, name: str) -> dict[str, Any]:
    return {
        "format": "jimu.flow/1",
        "key": key,
        "name": name,
        "nodes": [
            {"id": "start", "type": "manual", "position": {"x": 0, "y": 0}},
            {
                "id": "wait",
                "type": "wait",
                "name": "等一天",
                "config": {"duration": "P1D"},
                "position": {"x": 300, "y": 0},
            },
            {"id": "end", "type": "end", "name": "收尾", "position": {"x": 600, "y": 0}},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "wait"},
            {"id": "e2", "from": "wait", "to": "end"},
        ],
    }


def test_undo_of_a_long_random_edit_gives_the_start_back_byte_for_byte(
    page_of: PageOf, server: Server
) -> None:
    client, key = server.clients["jiang"], fresh("much_undone")
    new_flow(client, three_steps(key, "改来改去"))
    before = json.dumps(draft_of(client, key))
    page = page_of("jiang", f"/flows/{key}/edit")
    desk = Desk(page)
    desk.expect_open()
    dice = random.Random(20_26)
    for number in range(40):
        random_edit(desk, dice, number)
    page.keyboard.press("Control+s")
    desk.expect_saved()
    assert json.dumps(draft_of(client, key)) != before
    undo = page.get_by_role("button", name=re.compile("^撤销"))
    desk.rest()
    undone = 0
    while undo.is_enabled():
        page.keyboard.press("Control+z")
        undone += 1
    assert undone > 20
    page.keyboard.press("Control+s")
    desk.expect_saved()
    assert json.dumps(draft_of(client, key)) == before


def random_edit(desk: Desk, dice: random.Random, number: int) -> None:
    """One of the things people do, at one of the steps there are."""
    page, keys = desk.page, desk.page.keyboard
    desk.rest()
    keys.press("Shift+1")
    cards = desk.canvas.get_by_role("article")
    if cards.count() > 0:
        # Another card may lie over it: then that one is meant.
        cards.nth(dice.randrange(cards.count())).click(force=True)
    deed = dice.choice(("add", "remove", "push", "rename", "copy", "align", "note", "tidy", "cut"))
    if deed == "add":
        keys.press("a")
        page.get_by_role("combobox", name="搜索节点").fill(dice.choice(("等待", "结束", "条件")))
        keys.press("Enter")
        keys.press("Escape")
    elif deed == "rename":
        name = desk.form.get_by_label("节点名称")
        if name.count() == 1:
            name.fill(f"第 {number} 步")
    elif deed == "align":
        keys.press("Control+a")
        keys.press("Control+Shift+p")
        search = page.get_by_placeholder("输入命令名称或拼音首字母")
        search.fill(dice.choice(("左对齐", "顶端对齐")))
        keys.press("Enter")
        # Where there is nothing to align it stays open.
        keys.press("Escape")
        expect(search).to_have_count(0)
    else:
        keys.press(
            {
                "remove": "Delete",
                "push": dice.choice(("Shift+ArrowRight", "Shift+ArrowDown")),
                "copy": "Control+d",
                "note": "n",
                "tidy": "Shift+t",
                "cut": "Control+x",
            }[deed]
        )


def test_of_two_editors_the_second_takes_over_and_nothing_is_lost(
    page_of: PageOf, server: Server
) -> None:
    client, key = server.clients["jiang"], fresh("two_editors")
    new_flow(client, three_steps(key, "两人同时改"))
    first = Desk(page_of("jiang", f"/flows/{key}/edit"))
    first.expect_open()
    second = Desk(page_of("tang", f"/flows/{key}/edit"))
    expect(second.page.get_by_role("alert")).to_have_text(re.compile("^江宁 正在编辑"))
    expect(second.form.get_by_label("名称", exact=True)).to_be_disabled()
    second.page.get_by_role("button", name="接管编辑").click()
    second.expect_open()
    second.rename("等一天", "等两天")
    second.expect_saved()
    wait_until(lambda: "等两天" in json.dumps(draft_of(client, key), ensure_ascii=False))

    first.rename("收尾", "结束啦")
    dialog = first.page.get_by_role("dialog", name="别人刚刚保存了这个流程")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="采用对方的").click()
    expect(first.card("等两天")).to_be_visible()
    expect(first.card("结束啦")).to_have_count(0)
    # What was left behind is one undo away.
    first.page.get_by_role("button", name=re.compile("^撤销")).click()
    expect(first.card("结束啦")).to_be_visible()
