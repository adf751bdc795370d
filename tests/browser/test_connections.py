"""A connection is made by a form drawn from its connector, tried, and its secret never shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.server import Server

pytestmark = pytest.mark.alone


def test_a_connection_is_made_and_tried(page: Page, sign_in: SignIn, server: Server) -> None:
    sign_in("admin")
    page.get_by_role("navigation").get_by_role("link", name="平台对接").click()
    page.get_by_role("button", name="新建对接").first.click()
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
    stale = (
        '{"code":"second_factor_stale","title":"","detail":"请再次输入动态口令","status":403,'
        '"type":"","instance":""}'
    )
    # Ten minutes after the sign-in the server would answer so; once is enough.
    page.route(
        "**/api/v1/keys",
        lambda route: route.fulfill(status=403, content_type="application/json", body=stale),
        times=1,
    )
    dialog.get_by_role("button", name="新建并显示密钥").click()
    asked = page.get_by_role("dialog", name="请输入动态口令")
    asked.get_by_label("动态口令").fill("000000")
    asked.get_by_role("button", name="确认").click()
    expect(asked.get_by_role("alert").first).to_contain_text("动态口令不正确")
    asked.get_by_label("动态口令").fill(server.code())
    asked.get_by_role("button", name="确认").click()
    expect(page.get_by_text("密钥只显示这一次")).to_be_visible()
    expect(page.get_by_text("jimu_").first).to_be_visible()
