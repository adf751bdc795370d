"""From a scene to an approval: installed by a click, started by an event, decided on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.server import Server, ask_for_money, running, sent

pytestmark = pytest.mark.browser


def test_a_scene_is_installed_and_its_flow_is_live(page: Page, sign_in: SignIn) -> None:
    sign_in("jiang")
    page.get_by_role("navigation").get_by_role("link", name="场景模板").click()
    page.get_by_role("link", name="大额退款三级复核").click()
    page.get_by_label("退款金额达到").fill("800")
    page.get_by_role("button", name="先看看会生成什么").click()
    expect(page.get_by_text("检查通过，可以发布。")).to_be_visible()
    page.get_by_label("安装后立即发布").check()
    page.get_by_role("button", name="安装、发布并开始执行").click()
    row = page.get_by_role("row", name="大额退款三级复核")
    expect(row).to_contain_text("运行中")
    expect(row).to_contain_text("第 1 版")


def test_an_approval_is_given_on_a_phone(page: Page, sign_in: SignIn, server: Server) -> None:
    ask_for_money(server, "R20001")
    page.set_viewport_size({"width": 375, "height": 812})
    sign_in("he")
    page.goto("/tasks")
    task = page.get_by_role("link", name="R20001")
    expect(task).to_be_visible()
    task.click()
    expect(page.get_by_text("1888.00").first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375, "the page must not scroll sideways on a phone"
    page.get_by_label("审批意见").fill("照片已核对")
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_role("heading", name="我的待办")).to_be_visible()
    expect(page.get_by_role("link", name="R20001")).to_have_count(0)


def test_a_run_tells_what_it_did(page: Page, sign_in: SignIn, server: Server) -> None:
    ask_for_money(server, "R20002")
    sign_in("jiang")
    page.goto("/runs?flow=three_level_review")
    page.get_by_role("link", name="大额退款三级复核").first.click()
    expect(page.get_by_role("heading", name="执行过程")).to_be_visible()
    expect(page.get_by_text("收到事件 refund.requested").first).to_be_visible()
    expect(page.locator(".canvas-box .react-flow__node").first).to_be_visible()


def test_a_flow_is_paused_and_resumed_from_the_list(
    page: Page, sign_in: SignIn, server: Server
) -> None:
    admin = server.admin
    document = {
        "format": "jimu.flow/1",
        "key": "to_pause",
        "name": "暂停试试",
        "nodes": [
            {"id": "start", "type": "event", "config": {"type": "order.paid"}},
            {"id": "end", "type": "end"},
        ],
        "edges": [{"id": "e1", "from": "start", "to": "end"}],
    }
    made = sent(admin.post("/api/v1/flows", json=document))
    match = {"If-Match": f'"r{made["revision"]}"'}
    sent(admin.post("/api/v1/flows/to_pause/publish", json={}, headers=match))
    sign_in("jiang")
    page.goto("/flows")
    row = page.get_by_role("row", name="暂停试试")
    row.get_by_role("button", name="暂停试试的更多操作").click()
    page.get_by_role("menuitem", name="暂停").click()
    page.get_by_role("dialog").get_by_role("button", name="暂停").click()
    expect(row).to_contain_text("已暂停")
    row.get_by_role("button", name="暂停试试的更多操作").click()
    page.get_by_role("menuitem", name="恢复运行").click()
    expect(row).to_contain_text("运行中")


def test_a_new_installation_begins_with_three_steps(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as empty:
        context = browser.new_context(base_url=empty.url, locale="zh-CN")
        cookie = {"name": "jimu", "value": empty.session("shen"), "url": empty.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto("/")
        steps = page.get_by_role("region", name="三步开始")
        for title in ("连接一个平台", "选一个场景模板", "试运行"):
            expect(steps.get_by_role("link", name=title, exact=False).first).to_be_visible()
        steps.get_by_role("button", name="生成草稿").click()
        expect(page.get_by_text("已生成示例流程草稿").first).to_be_visible()
        assert len(sent(empty.admin.get("/api/v1/flows"))["items"]) == 1
        context.close()
