"""Every screen can be read and used by everybody: axe finds no serious fault, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageOf
from tests.browser.server import TOP

pytestmark = pytest.mark.browser

AXE = TOP / "designer" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/",
    "/tasks",
    "/flows",
    "/templates",
    "/templates/installed",
    "/templates/three_level_review",
    "/simulations",
    "/simulations/new",
    "/runs",
    "/incidents",
    "/connections",
    "/connections/new?type=http",
    "/products",
    "/products?tab=active",
    "/settlement/cards",
    "/settlement/trial",
    "/settlement/parties",
    "/settlement/entries",
    "/settlement/periods",
    "/settlement/statements",
    "/settlement/budgets",
    "/settlement/adjustments",
    "/settlement/reconcile",
    "/settlement/reports",
    "/settlement/locks",
    "/settlement/requests",
    "/settlement/opening",
    "/admin/users",
    "/admin/roles",
    "/admin/org",
    "/admin/calendars",
    "/admin/calendars/new",
    "/admin/event-types",
    "/admin/event-types/new",
    "/admin/keys",
    "/admin/audit",
    "/admin/settings",
    "/account",
)
# What fades in or out has colours of no design; what turns for ever is no end to wait for.
RUN = """async () => {
  const passing = (each) => Number.isFinite(each.effect.getComputedTiming().endTime)
  for (let left = document.getAnimations(); left.some(passing); left = document.getAnimations()) {
    await Promise.allSettled(left.filter(passing).map((each) => each.finished))
  }
  const found = await axe.run(document, { resultTypes: ["violations"] })
  return found.violations
    .filter((each) => each.impact === "serious" || each.impact === "critical")
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)
}"""


def faults_of(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    return list(page.evaluate(RUN))


def in_both_languages(page: Page, paths: Iterable[str], found: dict[str, list[str]]) -> None:
    """Looks at pages of the frame; what is found goes by path and language."""
    for path in paths:
        page.goto(path)
        # The other language is a button away: no page is loaded twice.
        for switch in ("Switch to English", "切换到中文"):
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            # Faded placeholders of what is still loading are no text to read.
            expect(page.locator("[aria-busy=true], .ant-spin-spinning")).to_have_count(0)
            found[f"{path} before {switch}"] = faults_of(page)
            page.get_by_role("button", name=switch).click()
            expect(page.get_by_role("button", name=switch)).to_have_count(0)


def test_no_screen_has_a_serious_fault(page_of: PageOf) -> None:
    page = page_of(None, "/")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    found = {"sign-in": faults_of(page)}
    page = page_of("admin", "/")
    in_both_languages(page, PAGES, found)
    assert {place: faults for place, faults in found.items() if faults} == {}
