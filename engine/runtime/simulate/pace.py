"""How far a test run may go at once without anything coming out otherwise than live.

quick     nothing can wait and nobody meets: many events in one wave
waves     of each owner at most one event, timer, answer or call in a wave
moments   what happens at one moment, then the next

Accounts and budgets are shared by all. In waves of events they are come to in the order of the
events, so sums, tiers and budgets are the same. Where a step posts after a wait, or draws a
statement, it is done moment by moment; where a step reads totals (a price with tiers), no party
comes twice in a wave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.event_types import EVENT_TYPES
from engine.core.flow import Flow, Node, graphs
from engine.core.node import NodeType
from engine.core.registry import Registry
from engine.core.triggers import Schedule
from engine.runtime.settling.cards import load_cards, resolver_of
from engine.settlement.card import Term
from engine.settlement.models import Chained
from engine.store.db import Connection
from engine.store.settlement_budgets import load_budgets

# Steps of settlement that are done without an answer; others keep each owner's events apart.
_UNANSWERED = frozenset({"post_entries", "split_amount"})
BRAND = "brand"  # its account is everybody's
_NAMED = frozenset({"promoter", "shop", "store"})  # whom an order names itself
_INNER = frozenset({"logic", "customer", "settlement"})


@dataclass(frozen=True, slots=True)
class Settling:
    """What settlement in a scratch world means for the pace."""

    is_on: bool = False
    has_budgets: bool = False
    earns_later: bool = False
    names_parties: bool = False  # a term's party is fixed or computed: all orders share it
    roles: frozenset[str] = frozenset()  # of an order, whose accounts it may be posted to
    climbs: bool = False  # also those of whom they belong to


NOTHING_SETTLES = Settling()


@dataclass(frozen=True, slots=True)
class Pace:
    """`by_party`: an event also belongs to the parties of its order."""

    name: str  # quick | waves | moments
    by_party: bool = False


def settling_in(conn: Connection, tenant: str) -> Settling:
    """What a scratch database says about settlement."""
    terms: list[Term] = []
    chained: set[str] = set()
    for published in load_cards(conn, tenant):
        for _, _, id_ in published.versions:
            card = resolver_of(conn, tenant, id_).card
            terms += card.terms
            models = (rule.model for rule in card.rules)
            chained.update(
                level.key for one in models if isinstance(one, Chained) for level in one.levels[1:]
            )
    roles = {term.party.role or BRAND for term in terms} | chained
    return Settling(
        bool(terms),
        bool(load_budgets(conn, tenant)),
        any(term.moment.when != "paid" for term in terms),
        BRAND in roles,
        frozenset(roles),
        not roles <= _NAMED or any(term.totals != "party" for term in terms),
    )


def pace_of(
    flows: Iterable[Flow],
    registry: Registry,
    hears: Callable[[str], bool],
    settling: Settling = NOTHING_SETTLES,
) -> Pace:
    """How far a test run of these flows may go at once."""
    steps = [
        (node, type_)
        for flow in flows
        for _, graph, _ in graphs(flow)
        for node in graph.nodes
        for type_ in [registry.node(node.type)]
    ]
    acting = [(node, type_) for node, type_ in steps if type_ is None or type_.kind != "trigger"]
    if any(flow.run_mode.key for flow in flows) or any(_meets(*step) for step in acting):
        return Pace("moments")
    if any(hears(type_.type) for type_ in EVENT_TYPES.values() if _is_caused(type_)):
        return Pace("moments")
    posts = any(_writes(type_) for _, type_ in acting)
    if posts and any(_waits(*step) for step in acting):
        return Pace("moments")
    reads = [node for node, type_ in acting if _reads_totals(node, type_)]
    if any(node.type != "price_order" for node in reads) or (reads and settling.names_parties):
        return Pace("moments")
    may_hurry = not reads and not settling.earns_later and not settling.has_budgets
    if may_hurry and all(_is_quick(*step) for step in steps):
        return Pace("quick")
    return Pace("waves", by_party=bool(reads))


def _is_caused(type_: Any) -> bool:
    return bool(type_.internal) or type_.type in ("customer.tagged", "customer.updated")


def _meets(node: Node, type_: NodeType | None) -> bool:
    """Whether a step waits for, runs on or counts by somebody else's record."""
    return (
        type_ is not None
        and type_.kind in ("wait", "container", "choice")
        and _names_another(node.config)
    )


def _names_another(config: Any) -> bool:
    if isinstance(config, Mapping):
        return any(
            (name in ("key", "owner", "subject") and bool(value) and isinstance(value, str))
            or (name != "branches" and _names_another(value))
            for name, value in config.items()
        )
    return isinstance(config, list | tuple) and any(_names_another(one) for one in config)


def _writes(type_: NodeType | None) -> bool:
    """Whether a step posts, freezes or asks a budget."""
    return type_ is not None and type_.group == "settlement" and type_.effect_class == "write"


def _reads_totals(node: Node, type_: NodeType | None) -> bool:
    """Whether a step looks at what accounts have come to."""
    if type_ is None or type_.group != "settlement":
        return False
    if node.type == "price_order":
        return not node.config.get("from_zero")
    return type_.effect_class == "read" or node.type == "make_statement"


def _waits(node: Node, type_: NodeType | None) -> bool:
    """Whether time can pass within a step."""
    if type_ is None or node.handlers or node.timeout or type_.waits or type_.kind == "wait":
        return True
    return type_.kind == "action" and (type_.group not in _INNER or type_.effect_class == "message")


def _is_quick(node: Node, type_: NodeType | None) -> bool:
    if type_ is None or node.handlers or node.timeout or type_.waits:
        return False
    if type_.kind == "trigger":
        config = type_.config.model_validate(node.config)
        return type_.start is None or not isinstance(type_.start(config), Schedule)
    if type_.group == "settlement":
        return type_.effect_class == "read" or node.type in _UNANSWERED
    is_own = type_.kind == "action" and type_.group in ("logic", "customer")
    is_box = type_.kind == "container" and type_.has_body
    is_plain = type_.kind in ("choice", "join", "end")
    return (is_own or is_box or is_plain) and type_.effect_class != "message"
