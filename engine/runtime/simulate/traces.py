"""A kept run as people read it, from its journal and the document it ran by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.flow import load_flow
from engine.core.registry import Registry
from engine.core.text import Locale
from engine.core.trace import trace
from engine.runtime.simulate.harvest import read_journal


def kept_trace(
    journal: Sequence[bytes],
    effects: Mapping[str, Mapping[str, Any]],
    document: Mapping[str, Any],
    registry: Registry,
    locale: Locale,
) -> dict[str, Any]:
    """The trace; `document` is {flow, sub_flows} of the version that ran.

    Internal effects were applied with their step, so they stand as delivered.
    """
    entries = read_journal(list(journal))
    shown: dict[str, Mapping[str, Any]] = {
        key: {"status": "delivered"}
        for _, _, records in entries
        for record in records
        for key in record.effects
    }
    return trace(
        entries,
        load_flow(document["flow"]),
        registry,
        locale,
        effects={**shown, **effects},
        sub_flows={key: load_flow(one) for key, one in document["sub_flows"].items()},
    )
