"""Every screen can be read and used by everybody: axe finds no serious fault, in both languages.

Those of settlement are in a file of their own: two browsers share the work by files.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults_of, faulty, in_both_languages
from tests.browser.conftest import PageOf

pytestmark = pytest.mark.browser

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


def test_no_screen_has_a_serious_fault(page_of: PageOf) -> None:
    page = page_of(None, "/")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    found = {"sign-in": faults_of(page)}
    in_both_languages(page_of("admin", "/"), PAGES, found)
    assert faulty(found) == {}
