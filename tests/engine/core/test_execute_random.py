"""What must hold on every flow and in every order: checked on random ones.

`Play.signal` itself checks at every signal that the state handed in is untouched and that a state
which went through bytes has the same future.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.execute import decide, encode_journal, go_on, new_state
from engine.core.execution.names import StepContext
from engine.core.execution.routes import write
from engine.core.node import CHANGES, Done, NodeType, Outcome, Prepared, because
from engine.core.registry import Registry
from engine.core.run import ENDED, Signal
from tests.engine.core.kit import NOON, Play, compiled
from tests.engine.core.random_flows import SUB, Mix, events, flows, one_way_flows
from tests.engine.core.small_nodes import REGISTRY, TYPES

MANY = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MOST_SIGNALS = 400


def _step(run: Play, token: str, choose: Any, *, clock: bool = True) -> None:
    """One open request is answered, one way or another; without a clock it is always noon."""
    command = run.open[token]
    if command.kind == "subscribe":
        run.signal("event", token, value={"n": 1})
        return
    if command.kind == "timer":
        if clock:
            run.now = max(run.now, command.body)
        del run.open[token]
        run.signal("timer", token)
        return
    del run.open[token]
    if command.kind == "task":
        run.signal("task", token, choose(["approved", "rejected"]), {"by": "u1"})
    elif command.kind == "effect" and choose([True, False, False]):
        run.signal("answer", token, "error", {"code": "down"})
    else:
        run.signal("answer", token, "out", {"token": token.partition("#")[0]})


@MANY
@given(flows(), events(), st.data())
def test_every_run_ends_or_waits_and_no_step_ends_twice_in_its_scope(document, event, data):
    run = Play(compiled(document, SUB)).start(event)
    sent = 0
    while run.open and run.status not in ENDED and sent < MOST_SIGNALS:
        sent += 1
        token = data.draw(st.sampled_from(sorted(run.open)))
        consumed = run.open[token].kind != "subscribe"
        _step(run, token, lambda ways: data.draw(st.sampled_from(ways)))
        if consumed and data.draw(st.integers(0, 9)) == 0:
            before = run.state
            for kind in ("task", "answer", "timer"):
                assert run.signal(kind, token, "approved").state is before
    assert run.status in ENDED or sent == MOST_SIGNALS, "a run must never wait for nothing"
    ended = Counter(one.step for one in run.records if one.status in ("done", "skipped"))
    assert not [step for step, times in ended.items() if times > 1]
    if run.status == "succeeded":
        assert run.state["scopes"].keys() == {"root"}
        assert not run.state["waits"]
        assert run.state["asked"] == 0


@MANY
@given(flows(), events(), st.data())
def test_a_journal_replays_to_the_same_decisions(document, event, data):
    run = Play(compiled(document, SUB)).start(event)
    for _ in range(8):
        if not run.open or run.status in ENDED:
            break
        token = data.draw(st.sampled_from(sorted(run.open)))
        _step(run, token, lambda ways: data.draw(st.sampled_from(ways)))
    fresh = Play(compiled(document, SUB))
    fresh.signals = run.signals
    assert [one.commands for one in fresh.replayed()] == [one.commands for one in run.decisions]
    assert fresh.replayed() == run.replayed()


@MANY
@given(
    st.one_of(one_way_flows(), one_way_flows(), one_way_flows(), flows()),
    st.lists(events(), min_size=1),
    st.integers(1, 3),
)
def test_a_way_taken_before_gives_what_it_gave_the_first_time(document, many, known):
    """What the function of some runs' ways says of all runs, also of those that go other ways."""
    starts = [_start(number, event) for number, event in enumerate(many)]
    plain = compiled(document, SUB)
    expected = []
    for start in starts:
        plain.ways.clear()  # worked out line by line
        expected.append(decide(plain, None, start))
    for types in (REGISTRY, PREPARED):
        version = compiled(document, SUB, types=types)
        for start in starts[:known]:
            decide(version, new_state(), start)
        write(version, "start")
        for start, told in zip(starts, expected, strict=True):
            found = decide(version, None, start)
            assert encode_journal(start, found) == encode_journal(start, told)
            assert found.records == told.records
            assert found == told


@MANY
@given(one_way_flows(calls=True), st.lists(events(), min_size=2, max_size=6), st.data())
def test_a_way_through_calls_taken_before_gives_what_it_gave_the_first_time(document, many, data):
    """Every decision, its journal and the state it leaves, whatever the calls are answered."""
    plain, known = compiled(document, SUB), compiled(document, SUB, types=PREPARED)
    for number, event in enumerate(many):
        signal = _start(number, event)
        signal.customer = data.draw(CUSTOMERS)
        plain.ways.clear()  # worked out line by line
        told, found = decide(plain, None, signal), decide(known, None, signal)
        for _ in range(MOST_ANSWERS):
            assert encode_journal(signal, found) == encode_journal(signal, told)
            calls = [one.token for one in told.commands if one.kind == "effect" and one.token]
            if not calls:
                break
            signal = _answer(calls[0], signal.seq + 1, data)
            before = told
            told = decide(plain, told.state, signal)
            now = go_on(known, found, signal)
            assert found == before, "what was decided before has changed"
            assert now == told
            found = now
        assert found == told
        if data.draw(st.booleans()) and "start" in known.ways:
            write(known, "start")


CUSTOMERS = st.sampled_from([None, {"level": "gold"}, {"level": "silver"}])
MOST_ANSWERS = 6


def _answer(token: str, seq: int, data: Any) -> Signal:
    """What may come to a run that waits for a call: mostly its answer."""
    kind = data.draw(st.sampled_from([*["answer"] * 8, "cancel", "timer", "resume"]))
    port = data.draw(st.sampled_from(["out", "out", "out", "", "error", "error:gone"]))
    at = NOON + timedelta(minutes=seq)
    value = data.draw(st.sampled_from([None, {"id": 1}, {"$d": "1"}]))
    return Signal(kind, at, seq, token, port, value, data.draw(CUSTOMERS))


def _start(number: int, event: dict[str, bool]) -> Signal:
    return Signal("start", NOON, 1, value={
        "event": {"type": "x", "data": event}, "owner": "customer:c", "trigger": "start",
        "run_id": f"run_{number}",
    })  # fmt: skip


def _made_ready(type_: NodeType) -> NodeType:
    """The same node, prepared where that can be told beforehand."""

    def prepare(config: Any, texts: Any) -> Any:
        if type_.kind == "end" and "{{" not in str(config.gives):
            return Done(output=config.gives, ends_run=config.whole)
        outcomes = _outcomes(type_, config)
        if outcomes is None:
            return None

        def quick(scope: Any, now: Any, owner: str, customer: Any) -> tuple[str, Any]:
            start = {"owner": owner, "run_id": ""}
            signal, step = Signal("start", now, customer=customer), SimpleNamespace(texts=texts)
            done = type_.run(config, StepContext(signal, start, "root", step, scope))
            changing = [getattr(done, member) for member in outcomes[done.port].changes]
            return done.port, changing[0] if len(changing) == 1 else tuple(changing)

        return Prepared(outcomes, quick)

    return replace(type_, prepare=prepare)


def _outcomes(type_: NodeType, config: Any) -> dict[str, Outcome] | None:
    if type_.kind == "trigger":
        return {"out": Outcome(CHANGES, CHANGES)}
    if type_.kind == "choice" and not config.every:
        return {"default": Outcome()} | {one: Outcome(CHANGES) for one in config.cases}
    if type_ is TYPES["do"] and config.sets in ({}, config.gives):
        output = CHANGES if "{{" in str(config.gives) else config.gives
        effects = CHANGES if config.effects else ()
        return {config.port: Outcome(output, because("did"), effects, bool(config.sets))}
    return None


PREPARED = Registry({name: _made_ready(type_) for name, type_ in TYPES.items()}, {})


def _chosen(token: str, ways: list[Any]) -> Any:
    """An answer that depends on what is asked, not on when."""
    digest = hashlib.sha256(token.encode()).digest()
    return ways[digest[0] % len(ways)]


def _played(document: dict[str, Any], event: dict[str, bool], order: Any) -> Play:
    run = Play(compiled(document, SUB)).start(event)
    while run.open and run.status not in ENDED:
        token = order(sorted(run.open))
        _step(run, token, lambda ways, token=token: _chosen(token, ways), clock=False)
    return run


@MANY
@given(flows(Mix(races=False)), events(), st.randoms(use_true_random=False))
def test_which_steps_run_does_not_depend_on_the_order_of_answers(document, event, random):
    first = _played(document, event, lambda tokens: tokens[0])
    if first.status == "failed":
        return  # an error takes its neighbours along, wherever they are just then
    last = _played(document, event, lambda tokens: tokens[-1])
    other = _played(document, event, random.choice)
    assert _what_ran(first) == _what_ran(last) == _what_ran(other)
    assert first.end == last.end == other.end


def _what_ran(run: Play) -> set[tuple[Any, ...]]:
    return {
        (one.step, one.status, one.port, repr(one.output), one.effects)
        for one in run.records
        if one.status in ("done", "skipped")
    }


@MANY
@given(flows(), events(), st.data())
def test_a_stopped_run_can_be_resumed_retried_or_cancelled_at_any_time(document, event, data):
    run = Play(compiled(document, SUB)).start(event)
    for _ in range(40):
        act = data.draw(st.integers(0, 9))
        if run.status == "failed":
            if act < 5:
                run.signal("resume")
            elif act < 9:
                run.signal("retry_from", data.draw(st.sampled_from(_paths(run))))
            else:
                run.signal("cancel")
                assert run.status == "cancelled"
        elif run.status in ENDED or not run.open:
            break
        elif act == 0:
            run.signal("retry_from", data.draw(st.sampled_from(_paths(run))))
        else:
            token = data.draw(st.sampled_from(sorted(run.open)))
            _step(run, token, lambda ways: data.draw(st.sampled_from(ways)))
    assert run.status in ENDED or run.open
    keys = [one.key for one in run.sent if one.kind == "effect"]
    steps = {one.key: one.step for one in run.sent if one.kind == "effect"}
    assert all(steps[one.key] == one.step for one in run.sent if one.kind == "effect"), keys


def _paths(run: Play) -> list[str]:
    return sorted(
        f"{scope}/{id_}" for scope, found in run.state["scopes"].items() for id_ in found["steps"]
    )
