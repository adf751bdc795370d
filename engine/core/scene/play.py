"""Plays a scene's case through the real matcher and interpreter: a small world with a clock.

The world answers what a case does not: people are found (one per person or role named), messages
may go out, a cap has room, every call gets its connector's "ok" sample. A case's own answers come
first: by node id, one or a list, each for the first question it fits (`asked` names it, without it
the node's main question: a call, a task or an event). Without an answer a task or an event never
comes, so its timeout does.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from engine.core.coverage import place_of
from engine.core.effect import CALL, Effect
from engine.core.errors import GiveUp
from engine.core.event import read_event
from engine.core.event_types import load_scope
from engine.core.execute import decide, new_state
from engine.core.execution.version import Version, compile_version
from engine.core.flow import load_flow
from engine.core.match import Known, Matcher, Need, listeners_of, settle
from engine.core.node import Event, Read
from engine.core.registry import Registry
from engine.core.run import ENDED, Command, Signal, StepRecord
from engine.core.scene.compare import live, mismatches, plain
from engine.core.scene.document import Changed, Scene, SceneCase, sample_of
from engine.core.scene.install import install
from engine.core.scene.places import wording
from engine.core.text import Locale, say

MAIN = ("call", "task", "event")
_DURATION = TypeAdapter(timedelta)


@dataclass
class Played:
    """What a case came to."""

    starts: bool
    status: str = ""
    records: list[StepRecord] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    error: Any = None

    def as_json(self) -> dict[str, Any]:
        done = [record for record in self.records if record.status == "done"]
        return {
            "starts": self.starts,
            "status": self.status,
            "path": [place_of(record.step) for record in done],
            "ports": {place_of(record.step): record.port for record in done},
            "outputs": {place_of(record.step): plain(record.output) for record in done},
            "effects": [plain(effect) for effect in self.effects],
            "error": plain(self.error),
        }


def failures(scene: Scene, registry: Registry, locale: Locale = "zh") -> list[list[str]]:
    """For each case of a scene, where it came out otherwise than it says; [] where it did not."""
    found = []
    for case in scene.cases:
        played = play(scene, case, registry, locale).as_json()
        wrong = mismatches(wording(case.expect, locale), played)
        found.append([say(one, locale) for one in wrong])
    return found


def play(scene: Scene, case: SceneCase, registry: Registry, locale: Locale = "zh") -> Played:
    """Judges the trigger; when it fires, runs the flow until it ends or nothing more can come."""
    flows = install(
        scene, case.params, {one.key: one.key for one in scene.connections}, locale=locale
    )
    key = case.flow or flows[0]["key"]
    flow = load_flow(next(one for one in flows if one["key"] == key))
    version = compile_version(flow, registry)
    return _World(scene, case, registry, locale, version).play()


class _World:
    def __init__(
        self, scene: Scene, case: SceneCase, registry: Registry, locale: Locale, version: Version
    ) -> None:
        self.scene, self.case, self.registry = scene, case, registry
        self.locale, self.version = locale, version
        self.now = datetime.fromisoformat(case.now)
        self.customer = None
        if case.customer is not None:
            self.customer = live(wording(sample_of(scene, case.customer, "customers"), locale))
        self.owner = f"customer:{self.customer['id']}" if self.customer else "order:ord_1"
        self.answers = {
            node: list(given) if isinstance(given, list) else [given]
            for node, given in wording(case.answers, locale).items()
        }
        self.later: list[tuple[datetime, int, Signal]] = []
        self.withdrawn: set[str] = set()
        self.number = itertools.count(1)
        self.played = Played(starts=False)

    def play(self) -> Played:
        trigger = self.trigger()
        self.played.starts = trigger is not None
        if trigger is None:
            return self.played
        start = {
            "event": self.scope(self.case.event)["event"],
            "owner": self.owner,
            "run_id": "run_1",
            "trigger": trigger,
        }
        state = self.advance(new_state(), Signal("start", self.now, value=start))
        while state["status"] not in ENDED and self.later:
            due, _, signal = heapq.heappop(self.later)
            if signal.token not in self.withdrawn:
                self.now = max(self.now, due)
                signal.now = self.now
                state = self.advance(state, signal)
        self.played.status = state["status"]
        self.played.error = state["error"]
        return self.played

    def advance(self, state: Any, first: Signal) -> Any:
        """One signal and the answers that come at once."""
        at_once = [first]
        while at_once:
            signal = at_once.pop(0)
            signal.seq, signal.customer = next(self.number), self.customer
            decision = decide(self.version, state, signal)
            state = decision.state
            self.played.records += decision.records
            for command in decision.commands:
                at_once += self.obey(command)
        return state

    # -- what the runtime does -------------------------------------------------------------------

    def obey(self, command: Command) -> Iterator[Signal]:
        body, token = command.body, command.token
        if command.kind in ("disarm", "unsubscribe", "close_task"):
            self.withdrawn.add(token)
        elif command.kind == "timer":
            self.put(body, Signal("timer", body, token=token))
        elif command.kind in ("task", "subscribe"):
            self.wait(command, "task" if command.kind == "task" else "event")
        elif command.kind == "read":
            given = self.given(command, body.kind)
            value = live(given["value"]) if given else self.read(body)
            yield Signal("answer", self.now, token=token, port="out", value=value)
        elif command.kind == "effect":
            yield from self.effect(command, body)

    def put(self, at: datetime, signal: Signal) -> None:
        heapq.heappush(self.later, (at, next(self.number), signal))

    def wait(self, command: Command, kind: str) -> None:
        given = self.given(command, kind)
        if given is None:
            return
        at = self.now + _DURATION.validate_python(given.get("after", "PT1M"))
        if kind == "task":
            signal = Signal("task", at, token=command.token, port=given["port"])
            signal.value = live(given.get("value", {}))
        else:
            incoming = self.scope(Changed.model_validate(given["event"]))["event"]
            if not _meant(command.body, incoming):
                return
            signal = Signal("event", at, token=command.token, value=incoming)
        self.put(at, signal)

    def effect(self, command: Command, effect: Effect) -> Iterator[Signal]:
        if effect.kind not in ("cap.take", "message.guard"):
            self.played.effects.append(effect)
        if not command.token:
            return
        name = "call" if effect.kind == CALL else effect.kind
        given = self.given(command, name) or {}
        port, value = self.outcome(effect, given)
        signal = Signal("answer", self.now, token=command.token, port=port, value=value)
        if "after" in given:
            self.put(self.now + _DURATION.validate_python(given["after"]), signal)
        else:
            yield signal

    def outcome(self, effect: Effect, given: Mapping[str, Any]) -> tuple[str, Any]:
        if "value" in given:
            return given.get("port", "out"), live(given["value"])
        if effect.kind == "cap.take":
            return "out", {"taken": True, "count": 1}
        if effect.kind == "message.guard":
            return "out", {"allowed": True, "why": None, "until": None}
        needed = next(one for one in self.scene.connections if one.key == effect.connection)
        action = self.registry.connectors[needed.types[0]].action(effect.action or "")
        if action is None:
            raise GiveUp(f"{needed.types[0]} has no action {effect.action}", code="no_action")
        # What would be sent must be what the action takes.
        action.input.model_validate(dict(effect.args))
        sample = action.samples[given.get("sample", "ok")]
        if sample.error is not None:
            return "error", {"code": sample.error, "message": sample.message}
        return "out", live(sample.output)

    def read(self, read: Read) -> Any:
        if read.kind == "people":
            ids = [*read.args["users"], *(f"u_{role}" for role in read.args["roles"])]
            if read.args.get("relative"):
                ids.append(f"{read.args['relative']}_of_{read.args['of']}")
            return [{"id": id_, "name": id_} for id_ in ids]
        if read.kind == "reach":
            return {"identities": (self.customer or {}).get("identities", {}), "preferred": []}
        raise GiveUp(f"a case must answer the read {read.kind}", code="no_answer")

    def given(self, command: Command, name: str) -> dict[str, Any] | None:
        """The case's next answer to a question of a step, taken away."""
        waiting: list[dict[str, Any]] = self.answers.get(place_of(command.step), [])
        for answer in waiting:
            if answer.get("asked") == name or ("asked" not in answer and name in MAIN):
                waiting.remove(answer)
                return answer
        return None

    # -- what came before ------------------------------------------------------------------------

    def scope(self, changed: Changed) -> dict[str, Any]:
        document = wording(sample_of(self.scene, changed, "events"), self.locale)
        own = {one.type: one.schema_ for one in self.scene.event_types}
        event = read_event(document)
        return load_scope(event, own.get(event.type))

    def trigger(self) -> str | None:
        """The node whose trigger the event fires, None when none does."""
        listeners = listeners_of(
            self.version.key, 1, self.version.triggers, params=self.version.params
        )
        matcher = Matcher(listeners)
        found = self.matched(matcher, self.case.event)
        matches = [
            *found.matches,
            *(settle(need, self.known(matcher, need)) for need in found.needs),
        ]
        for match in matches:
            if match.is_fault:
                raise GiveUp(match.sentence(self.locale), code="trigger")
        return next((match.listener.node for match in matches if match.fires), None)

    def matched(self, matcher: Matcher, changed: Changed) -> Any:
        scope = self.scope(changed)
        event = read_event(wording(sample_of(self.scene, changed, "events"), self.locale))
        return matcher.match(event, {**scope, "customer": self.customer}, self.owner)

    def known(self, matcher: Matcher, need: Need) -> Known:
        """What a store would tell of the events before: the same matching, one by one."""
        counts, came, wanted = [], False, need.count
        for changed in self.case.before:
            event = read_event(sample_of(self.scene, changed, "events"))
            if need.absence is not None and event.type == need.absence.type:
                since = need.absence.since
                came |= (since is None or since <= event.time) and event.time < need.absence.until
            for earlier in self.matched(matcher, changed).needs:
                counted = earlier.count
                if earlier.listener is need.listener and counted and wanted:
                    counts += [counted] if counted.key == wanted.key else []
        since = wanted.since if wanted else None
        counts = [one for one in counts if since is None or one.at >= since]
        return Known(
            before=len(counts),
            is_seen=wanted is not None and wanted.value in {one.value for one in counts},
            days=frozenset(one.day for one in counts),
            came=came,
        )


def _meant(wanted: Event, incoming: Mapping[str, Any]) -> bool:
    prefix = wanted.type.removesuffix("*")
    return incoming["type"] == wanted.type or (
        prefix != wanted.type and incoming["type"].startswith(prefix)
    )
