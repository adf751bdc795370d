"""Money on the screens: a card made and explained, a lock, a partner's statement on a phone."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageOf
from tests.browser.desk import give_code, let_code_grow_old
from tests.browser.server import Server, end_of_last_month, fresh, new_person, sent, settle_in
from tests.engine.cli.test_up import wait_until

pytestmark = pytest.mark.browser

BASE = "/api/v1/settlement"


def card(key: str, name: str) -> dict[str, Any]:
    """A card with 12 % for whoever brought the order."""
    return {
        "format": "jimu.rate_card/1",
        "key": key,
        "name": name,
        "terms": [{"key": "commission", "name": "达人佣金", "party": {"role": "promoter"}}],
        "rules": [
            {
                "id": "standard",
                "name": "标准佣金",
                "term": "commission",
                "model": {"kind": "percentage", "percent": "12"},
            }
        ],
    }


def sold_by(creator: str, at: datetime) -> dict[str, Any]:
    """An order that a creator has brought."""
    said = at.isoformat()
    return {
        "specversion": "1.0",
        "id": f"sold-{creator}",
        "source": "shop.example.com",
        "type": "order.paid",
        "time": said,
        "data": {
            "order": {
                "platform": "own",
                "shop": "小程序商城",
                "external_id": f"sold-{creator}",
                "status": "paid",
                "amount": "900.00",
                "created_at": said,
                "paid_at": said,
                "promoter": {"kind": "creator", "id": creator},
                "identities": [{"kind": "member_id", "value": f"m-{creator}"}],
            }
        },
    }


def test_a_card_is_made_tried_and_explained(page_of: PageOf) -> None:
    key = fresh("tried")
    page = page_of("fang", "/settlement/cards")
    page.get_by_role("button", name="新建计费规则").first.click()
    dialog = page.get_by_role("dialog", name="新建计费规则")
    dialog.get_by_label("名称").fill(f"达人佣金 {key}")
    dialog.get_by_label("编号").fill(key)
    dialog.get_by_role("spinbutton", name="比例").first.fill("12")
    dialog.get_by_role("button", name="新建并打开").click()
    expect(page.get_by_role("heading", name=f"达人佣金 {key}")).to_be_visible()
    page.goto(f"/settlement/trial?card={key}")
    page.get_by_label("实付金额").first.fill("1000")
    page.get_by_role("button", name="试算", exact=True).click()
    result = page.get_by_role("status", name="试算结果")
    expect(result).to_contain_text("120.00")
    expect(result).to_contain_text("12%")
    expect(result).to_contain_text("1,000.00 × 12% = 120.00")


def test_a_locked_value_is_changed_by_request_of_one_and_approval_of_another(
    page_of: PageOf, server: Server
) -> None:
    key = fresh("locked")
    scope, pointer = f"rate_card:{key}", "/rules/standard/model/percent"
    fang = server.clients["fang"]
    sent(fang.post(f"{BASE}/rate-cards", json=card(key, f"锁定 {key}")))
    server.session("admin")
    lock = {"scope": scope, "pointer": pointer, "owner_role": "admin", "reason": "总部统一"}
    sent(server.admin.post(f"{BASE}/locks", json=lock))
    changed = card(key, f"锁定 {key}")
    changed["rules"][0]["model"]["percent"] = "15"
    refused = fang.put(f"{BASE}/rate-cards/{key}", json=changed, headers={"If-Match": "*"})
    assert refused.status_code in (403, 409), refused.text

    page = page_of("fang", f"/settlement/locks?scope={scope}")
    row = page.get_by_role("row").filter(has_text="总部统一")
    row.get_by_role("button", name="申请修改").click()
    dialog = page.get_by_role("dialog", name="申请修改锁定的值")
    dialog.locator(".code-input").fill('"15"')
    dialog.get_by_label("为什么要改").fill(f"双方已签补充协议 {key}")
    dialog.get_by_role("button", name="提交申请").click()
    expect(dialog).to_have_count(0)
    (asked,) = [
        each
        for each in sent(fang.get(f"{BASE}/change-requests"))["items"]
        if each["scope"] == scope
    ]
    assert asked["state"] == "proposed"

    page = page_of("shen", "/settlement/requests")
    # By the card's name: the open request repeats the reason in a row of its own.
    row = page.get_by_role("row").filter(has_text=f"锁定 {key}")
    row.get_by_role("button", name="查看").click()
    page.get_by_role("button", name="通过并修改").click()
    confirm = page.get_by_role("dialog", name="通过这个变更申请？")
    let_code_grow_old(page, "**/change-requests/*/approve")
    confirm.get_by_role("button", name="通过并修改").click()
    give_code(page, server.code("shen"))
    expect(confirm).to_have_count(0)
    expect(row).to_contain_text("已通过并改好")
    draft = sent(fang.get(f"{BASE}/rate-cards/{key}"))["draft"]
    assert draft["rules"][0]["model"]["percent"] == "15"


def test_a_partner_confirms_a_statement_on_a_phone(page_of: PageOf, server: Server) -> None:
    login = fresh("partner")
    name = f"达人 {login}"
    fang, admin = server.clients["fang"], server.admin
    server.session("admin")
    party = sent(admin.post("/api/v1/parties", json={"kind": "creator", "name": name}))["id"]
    settle_in(server, login, new_person(admin, login, name, "partner"))
    who = sent(server.clients[login].get("/api/v1/auth/session"))["user"]["id"]
    sent(admin.put(f"/api/v1/parties/{party}/user", json={"user_id": who}))
    at = end_of_last_month()
    month = f"{at:%Y-%m}"
    known = {"accounts": [{"platform": "own", "external_id": login}]}
    sent(admin.put(f"/api/v1/parties/{party}/accounts", json=known))
    sent(fang.post(f"{BASE}/rate-cards", json=card(login, f"佣金 {login}")))
    draft = f"{BASE}/rate-cards/{login}"
    stands = {"If-Match": admin.get(draft).headers["ETag"]}
    sent(admin.post(f"{draft}/publish", json={}, headers=stands))
    sent(admin.post("/api/v1/events", json=sold_by(login, at)))
    drawn: dict[str, Any] = {}

    def has_the_money() -> bool:
        body = {"party": party, "period": month}
        drawn.update(sent(fang.post(f"{BASE}/statements", json=body)))
        return bool(drawn["payable"] != "0.00")

    def is_closed() -> bool:
        found = sent(admin.get(f"{BASE}/periods"))["items"]
        return any(one["key"] == month and one["status"] == "locked" for one in found)

    wait_until(has_the_money)  # a draft is drawn anew until the order is posted
    sent(admin.post(f"{BASE}/periods/{month}/close"))
    wait_until(is_closed)
    wait_until(has_the_money)
    sent(admin.post(f"{BASE}/statements/{drawn['id']}/release"))

    page = page_of(login, "/settlement/statements", phone=True)
    page.get_by_role("link").filter(has_text=drawn["payable"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375, "the page must not scroll sideways on a phone"
    page.get_by_role("button", name="确认无误").click()
    page.get_by_label("想说的话").fill("没有问题")
    page.get_by_role("button", name=re.compile("^确认 ¥")).click()
    expect(page.get_by_text("“没有问题”")).to_be_visible()
    now = sent(fang.get(f"{BASE}/statements/{drawn['id']}"))
    assert (now["state"], now["payable"]) == ("confirmed", drawn["payable"])
