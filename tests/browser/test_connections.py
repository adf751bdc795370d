"""A connection is made by a form drawn from its connector, tried, and its secret never shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageOf, SignIn
from tests.browser.desk import give_code, let_code_grow_old, new_flow, publish
from tests.browser.server import Server, fresh, paid_order, sent

pytestmark = pytest.mark.browser


def test_a_connection_is_made_and_tried(page: Page, sign_in: SignIn, server: Server) -> None:
    sign_in("admin")
    page.get_by_role("navigation").get_by_role("link", name="平台对接").click()
    page.get_by_role("button", name="新建对接").first.click()
    # The list names the kinds of its connections too: the next page must be there.
    expect(page.get_by_role("heading", level=1)).to_have_text("新建对接")
    page.get_by_text("HTTP 接口", exact=True).click()
    page.get_by_label("名称", exact=True).fill("自家的接口")
    page.get_by_label("编号").fill("own_api")
    page.get_by_label("基础地址").fill("not an address")
    page.get_by_role("button", name="保存并测试连接").click()
    expect(page.get_by_text("格式不对")).to_be_visible()
    page.get_by_label("基础地址").fill(server.url)
    page.get_by_label("测试路径").fill("/healthz")
    page.get_by_label("密码", exact=True).fill("a-secret-of-nobody")
    page.get_by_role("button", name="保存并测试连接").click()
    expect(page.get_by_role("heading", name="自家的接口")).to_be_visible()
    expect(page.get_by_text("连接正常")).to_be_visible()
    page.get_by_role("tab", name="凭证").click()
    expect(page.get_by_text("已保存，不再显示")).to_be_visible()
    assert "a-secret-of-nobody" not in page.content()


def test_a_key_act_asks_for_the_code_and_goes_on(
    page: Page, sign_in: SignIn, server: Server
) -> None:
    sign_in("admin")
    page.goto("/admin/keys")
    page.get_by_role("button", name="新建密钥").click()
    dialog = page.get_by_role("dialog", name="新建密钥")
    dialog.get_by_label("名称").fill("ERP 推送订单")
    dialog.get_by_label("提交事件").check()
    let_code_grow_old(page, "**/api/v1/keys")
    dialog.get_by_role("button", name="新建并显示密钥").click()
    asked = page.get_by_role("dialog", name="请输入动态口令")
    asked.get_by_label("动态口令").fill("000000")
    asked.get_by_role("button", name="确认").click()
    expect(asked.get_by_role("alert").first).to_contain_text("动态口令不正确")
    give_code(page, server.code())
    expect(page.get_by_text("密钥只显示这一次")).to_be_visible()
    expect(page.get_by_text("jimu_").first).to_be_visible()


def test_a_failed_call_is_tried_again_from_its_step_once_the_platform_answers(
    page_of: PageOf, server: Server
) -> None:
    admin, key = server.admin, fresh("stock")
    server.session("admin")
    link = {"key": key, "connector": "http", "name": "库存接口"}
    wrong = {"base_url": f"{server.url}/api/nowhere"}
    sent(admin.post("/api/v1/connections", json={**link, "settings": wrong}))
    look = {"connection": key, "url": "/healthz"}
    document = {
        "format": "jimu.flow/1",
        "key": key,
        "name": "查库存",
        "nodes": [
            {"id": "start", "type": "event", "config": {"type": "order.paid"}},
            {"id": "look", "type": "http.get", "name": "问库存", "config": look},
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "look"},
            {"id": "e2", "from": "look", "to": "end"},
        ],
    }
    publish(admin, key, new_flow(admin, document))
    sent(admin.post("/api/v1/events", json=paid_order(key, "1.00")))
    page = page_of("admin", "/incidents")
    row = page.get_by_role("row").filter(has_text="查库存")
    row.get_by_role("link", name="查看执行过程").click()
    head = page.get_by_role("heading", level=1).filter(has_text="查库存")
    expect(head).to_contain_text("失败")
    path = f"/api/v1/connections/{key}"
    right = {"name": "库存接口", "settings": {"base_url": server.url}}
    sent(admin.put(path, json=right, headers={"If-Match": "*"}))
    page.get_by_role("button", name="从这一步重试").last.click()
    asked = page.get_by_role("dialog", name="从“问库存”重新执行？")
    asked.get_by_label("原因").fill("地址已改好")
    asked.get_by_role("button", name="从这一步重试").click()
    expect(head).to_contain_text("已完成")


def test_a_connection_is_paused_and_goes_on(page_of: PageOf, server: Server) -> None:
    admin, key = server.admin, fresh("paused")
    server.session("admin")
    body = {"key": key, "connector": "http", "name": "要暂停的", "settings": {}}
    sent(admin.post("/api/v1/connections", json=body))
    page = page_of("admin", f"/connections/{key}")
    page.get_by_role("button", name="暂停", exact=True).click()
    asked = page.get_by_role("dialog", name="暂停“要暂停的”？")
    asked.get_by_role("button", name="暂停", exact=True).click()
    go_on = page.get_by_role("button", name="恢复")
    expect(go_on).to_be_visible()
    assert sent(admin.get(f"/api/v1/connections/{key}"))["status"] == "paused"
    go_on.click()
    expect(page.get_by_role("button", name="暂停", exact=True)).to_be_visible()
    assert sent(admin.get(f"/api/v1/connections/{key}"))["status"] == "active"
