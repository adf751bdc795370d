"""Who a term means by its party or bearer, as a function of an order line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.expression import compile_expression
from engine.core.records.order import BEARER_NAMES
from engine.core.text import text
from engine.settlement.card import Source
from engine.settlement.card_scope import card_scope
from engine.settlement.sale import Sale


def compile_source(source: Source) -> Callable[[Sale], Mapping[str, Any]]:
    """Who is meant, as a function of a line -> the party. It raises InvalidInput when the order
    brings nobody in that role.
    """
    if source.party is not None:
        fixed = {"key": source.party}
        return lambda sale: fixed
    if source.expression is not None:
        evaluate = compile_expression(source.expression, schema=card_scope()).evaluate

        def find(sale: Sale) -> Mapping[str, Any]:
            found = evaluate(sale.scope)
            if not isinstance(found, str) or not found:
                raise nobody("expression")
            known = next((one for one in sale.parties.values() if one["key"] == found), None)
            return known or {"key": found}

        return find
    role = source.role or "brand"

    def by_role(sale: Sale) -> Mapping[str, Any]:
        party = sale.parties.get(role)
        if party is None:
            if role == "brand":
                return _BRAND
            raise nobody(role)
        return party

    return by_role


_BRAND: Mapping[str, Any] = {"key": "brand", "kind": "brand"}


_ROLE_NAMES = {**BEARER_NAMES, "store": text("门店", "store")}


def unknown(role: str, id_: str) -> Problem:
    """Says that whom an order names in a role is no party."""
    name = _ROLE_NAMES.get(role) or text(role, role)
    message = text(
        f"「{name['zh']}」{id_[:80]} 还没有对应的参与方，不知道记到谁名下",
        f"“{name['en']}” {id_[:80]} is no party yet: it is not known whose account it is",
    )
    return Problem(f"/parties/{role}", message, "no_party")


def nobody(role: str) -> InvalidInput:
    """Says that an order names no party in a role."""
    name = _ROLE_NAMES.get(role) or text(role, role)
    message = text(
        f"订单没有带来「{name['zh']}」，不知道记到谁名下",
        f"the order brings nobody as “{name['en']}”: it is not known whose account it is",
    )
    return InvalidInput(message, [Problem(f"/parties/{role}", message, "no_party")])
