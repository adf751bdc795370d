"""Signing in: what is asked, what is refused, and what each person then sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.server import Server

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_a_sentence(page: Page, sign_in: SignIn) -> None:
    sign_in("jiang", "not-the-password", succeeds=False)
    expect(page.get_by_role("alert")).to_contain_text("登录名或密码不正确")


def test_a_newcomer_chooses_a_password_before_anything_else(
    page: Page, sign_in: SignIn, server: Server
) -> None:
    first = server.newcomers_password
    sign_in("newcomer", first)
    expect(page.get_by_role("heading", name="请先设置新密码")).to_be_visible()
    page.get_by_label("初始密码").fill(first)
    page.get_by_label("新密码", exact=True).fill("four-quiet-rivers-27")
    page.get_by_label("再输一遍新密码").fill("four-quiet-rivers-28")
    page.get_by_role("button", name="设置新密码并开始使用").click()
    expect(page.get_by_text("两次输入不一样")).to_be_visible()
    page.get_by_label("再输一遍新密码").fill("four-quiet-rivers-27")
    page.get_by_role("button", name="设置新密码并开始使用").click()
    expect(page.get_by_role("heading", name="您好，新同事")).to_be_visible()


def test_the_menu_shows_only_what_the_role_may(page: Page, sign_in: SignIn) -> None:
    sign_in("he")
    menu = page.get_by_role("navigation")
    expect(menu.get_by_role("link", name="我的待办")).to_be_visible()
    for hidden in ("流程", "平台对接", "执行记录"):
        expect(menu.get_by_role("link", name=hidden)).to_have_count(0)
    page.goto("/admin/users")
    expect(page.get_by_text("您没有这项权限")).to_be_visible()


def test_language_and_sign_out(page: Page, sign_in: SignIn) -> None:
    sign_in("jiang")
    menu = page.get_by_role("navigation")
    expect(menu.get_by_role("link", name="场景模板")).to_be_visible()
    page.get_by_role("button", name="Switch to English").click()
    expect(menu.get_by_role("link", name="Scenes")).to_be_visible()
    page.reload()
    expect(menu.get_by_role("link", name="Scenes")).to_be_visible()
    page.get_by_role("banner").get_by_role("button", name="江宁").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
