"""Every screen of settlement can be read and used by everybody, in both languages."""

from __future__ import annotations

import pytest

from tests.browser.axe import faulty, in_both_languages
from tests.browser.conftest import PageOf

pytestmark = pytest.mark.browser

PAGES = (
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
)


def test_no_screen_of_settlement_has_a_serious_fault(page_of: PageOf) -> None:
    found: dict[str, list[str]] = {}
    in_both_languages(page_of("admin", "/"), PAGES, found)
    assert faulty(found) == {}
