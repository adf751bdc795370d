"""What is opened from a list can be read and used by everybody too, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults_of, faulty, in_both_languages
from tests.browser.conftest import PageOf
from tests.browser.server import Server, ask_for_money, fresh, sent, this_month
from tests.browser.test_settlement import BASE, card
from tests.engine.cli.test_up import wait_until

pytestmark = pytest.mark.browser


def details(server: Server) -> list[str]:
    """A page of everything that has one."""
    admin, key = server.admin, fresh("seen")
    server.session("admin")
    ask_for_money(server, f"R{key}")
    runs = "/api/v1/runs?flow=three_level_review"
    wait_until(lambda: bool(sent(admin.get(runs))["items"]))
    run = sent(admin.get(runs))["items"][0]
    sent(admin.post(f"{BASE}/rate-cards", json=card(key, f"佣金 {key}")))
    link = {"key": key, "connector": "http", "name": "接口", "settings": {}}
    sent(admin.post("/api/v1/connections", json=link))
    party = sent(admin.post("/api/v1/parties", json={"kind": "creator", "name": key}))["id"]
    drawn = {"party": party, "period": this_month()}
    statement = sent(admin.post(f"{BASE}/statements", json=drawn))["id"]
    return [
        f"/runs/{run['id']}",
        f"/events/{run['event_id']}",
        f"/connections/{key}",
        f"/settlement/cards/{key}",
        f"/settlement/parties/{party}",
        f"/settlement/statements/{statement}",
    ]


def test_no_opened_page_has_a_serious_fault(page_of: PageOf, server: Server) -> None:
    found: dict[str, list[str]] = {}
    paths = details(server)
    page = page_of("admin", "/")
    in_both_languages(page, paths, found)
    # The editor has no switch of its own: the language is chosen before it opens.
    page.goto("/flows/three_level_review/edit")
    for language in ("zh-CN", "en"):
        expect(page.locator(".canvas article").first).to_be_visible()
        found[f"editor {language}"] = faults_of(page)
        page.evaluate("localStorage.setItem('jimu.language', 'en')")
        page.reload()
    page = page_of("he", "/tasks")
    page.locator("main a[href^='/tasks/'], .page-body a[href^='/tasks/'], tbody a").first.click()
    expect(page.get_by_label("审批意见")).to_be_visible()
    found["task"] = faults_of(page)
    assert faulty(found) == {}
