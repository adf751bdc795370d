"""The ways runs take, as data: the places on them, and what is known of one trigger's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.execution.steps import Step
from engine.core.run import Row, Signal, row

FIRST_WRITTEN = 24  # runs worked out line by line before their ways become a function


class Route:
    """A place on a way.

    step     the step that is next, None when the scope is done; path, its path
    lines    edges decided in getting here; steps, statuses set; skipped, the rows of those skipped
    left     steps not ended yet; depth, how many have run; whole, all lines and statuses so far
    last     where the scope is done: the step whose output is the scope's (None without any)
    onward   routes by port; None where it is not one way any more
    calls    whether its step was seen to call outside: then the run pauses here
    go_on    the function of the ways known from here once the call is answered: of the answer and
             the Paused run to its next decision, or None where it goes another way
    """

    __slots__ = (
        "before",
        "calls",
        "depth",
        "go_on",
        "last",
        "left",
        "lines",
        "onward",
        "path",
        "skipped",
        "step",
        "steps",
        "whole",
    )

    def __init__(
        self,
        before: Route | None,
        step: Step | None,
        lines: Mapping[str, int],
        steps: Mapping[str, str],
        left: int,
    ) -> None:
        self.before = before
        self.depth: int = 0 if before is None else before.depth + 1
        self.step = step
        self.path = "" if step is None else f"root{step.tail}"
        self.lines = lines
        self.steps = steps
        self.skipped: tuple[Row, ...] = tuple(
            row(f"root/{id_}", "skipped") for id_, was in steps.items() if was == "skipped"
        )
        self.last: str | None = None
        self.left = left
        self.onward: dict[str, Route | None] = {}
        self.calls = False
        self.go_on: Callable[[Signal, Any], Any] = _none_goes_on
        self.whole: tuple[dict[str, int], dict[str, str]] | None = None

    def fill(self, scope: dict[str, Any]) -> None:
        """Writes everything decided on the way here into a scope, which then goes on by itself."""
        whole = self.whole
        if whole is None:
            whole = self.whole = ({}, {})
            at: Route | None = self
            while at is not None:
                whole[0].update(at.lines)
                whole[1].update(at.steps)
                at = at.before
        scope["lines"] = whole[0].copy()
        scope["steps"] = whole[1].copy()
        scope["left"] = self.left


def _none_known(signal: Signal) -> None:
    return None


def _none_goes_on(signal: Signal, paused: Any) -> None:
    return None


class Ways:
    """What is known of the runs of one trigger.

    first    where they begin; None when that is not one step
    go       the function of the ways known when it was written (way_source.py): what the start of
             a run gives, or None where it goes another way
    count    routes known; worked_out, runs that `go` did not take; due, how many of them there
             must be before it is written anew; has_news, whether that would change anything
    """

    __slots__ = ("count", "due", "first", "go", "has_news", "worked_out")

    def __init__(self, first: Route | None) -> None:
        self.first = first
        self.go: Callable[[Signal], Any] = _none_known
        self.count = 0
        self.worked_out = 0
        self.due = FIRST_WRITTEN
        self.has_news = first is not None
