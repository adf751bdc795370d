"""axe looks at pages: what is serious or critical, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Page, expect

from tests.browser.server import TOP

AXE = TOP / "designer" / "node_modules" / "axe-core" / "axe.min.js"
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
    """What is wrong with what a page shows now."""
    if not page.evaluate("'axe' in window"):
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


def faulty(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The places where something was found."""
    return {place: faults for place, faults in found.items() if faults}
