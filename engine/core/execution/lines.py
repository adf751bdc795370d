"""Lines and steps inside one scope: R1 ready, R2 joins, R3 outcome, R7 end of a scope."""

from __future__ import annotations

from engine.core.execution.advance import GREY, LIT, Advance, Scope
from engine.core.execution.steps import LOOK, RUN, Join, Leaving, Step
from engine.core.run import row

_NEVER_RAN = frozenset({None, "skipped", "cancelled"})


def end_step(
    advance: Advance, scope_id: str, scope: Scope, step: Step, leaving: Leaving, output: object
) -> None:
    """The step has ended: the lines of its ports are lit, the others grey (R3)."""
    scope["steps"][step.id] = "done"
    scope["out"][step.id] = output
    lines, targets, is_wide = leaving
    if lines:
        scope["lines"].update(lines)
        for target, what in targets:
            if what == RUN:
                _queue(advance, scope_id, scope, target)
            elif what == LOOK:
                look_at(advance, scope_id, scope, target)
            else:
                skip(advance, scope_id, scope, target)
        if is_wide:
            scope["wide"] = 1
    left = scope["left"] = scope["left"] - 1
    if not left:
        advance.queue.append((None, scope_id, False))


def _queue(advance: Advance, scope_id: str, scope: Scope, step: Step) -> None:
    todo = (step, scope_id, False)
    if advance.queue:
        if todo in advance.queue:
            return  # several lines lead to it
        # Beside what a lit line leads to, a join may run that its lines did not reach.
        scope["wide"] = 1
    advance.queue.append(todo)


def light(advance: Advance, scope_id: str, scope: Scope, step: Step, port: str) -> None:
    """Lights one port's lines while the step goes on waiting: a reminder (R4)."""
    for edge, name, target in step.lines:
        if name == port and edge not in scope["lines"]:
            scope["lines"][edge] = LIT
            scope["wide"] = 1
            look_at(advance, scope_id, scope, target)


def look_at(advance: Advance, scope_id: str, scope: Scope, step: Step) -> None:
    """Runs or skips a step if its lines now allow it."""
    if step.id in scope["steps"]:
        return
    verdict = is_ready(scope, step)
    if verdict:
        _queue(advance, scope_id, scope, step)
    elif verdict is False:
        skip(advance, scope_id, scope, step)


def is_ready(scope: Scope, step: Step) -> bool | None:
    """R1 and R2: True it runs, False it is skipped, None not decided yet.

    A join that did not get its lines runs too, to leave by "not reached"; unless no line was lit
    and no step between the parting of its ways and itself ran: then nobody ever came this way.
    """
    lines, join = scope["lines"], step.join
    if join is None:
        is_lit = not step.incoming
        for edge in step.incoming:
            state = lines.get(edge)
            if state is None:
                return None
            if state:
                is_lit = True
        return is_lit
    states = [lines.get(edge) for edge in step.incoming]
    lit = states.count(LIT)
    if lit >= join.n:
        return True
    if None in states:
        return None
    return bool(lit) or _was_entered(scope, join)


def is_reached(scope: Scope, step: Step, join: Join) -> bool:
    """Whether a join has the lines it wants, or has to leave by "not reached"."""
    lines = scope["lines"]
    lit = [edge for edge in step.incoming if lines.get(edge) == LIT]
    return len(lit) >= join.n


def _was_entered(scope: Scope, join: Join) -> bool:
    if join.mode == "first":
        return False
    steps = scope["steps"]
    return any(steps.get(id_) not in _NEVER_RAN for id_ in join.between)


def skip(advance: Advance, scope_id: str, scope: Scope, first: Step) -> None:
    """Skips a step and greys its lines, and so on from there (R1)."""
    steps, lines = scope["steps"], scope["lines"]
    todo = [first]
    while todo:
        step = todo.pop()
        if step.id in steps:
            continue
        steps[step.id] = "skipped"
        advance.rows.append(row(scope_id + step.tail, "skipped"))
        scope["left"] -= 1
        for edge, _, target in step.lines:
            lines[edge] = GREY
            if target.has_one_line:
                todo.append(target)
            elif target.id not in steps:
                verdict = is_ready(scope, target)
                if verdict:
                    _queue(advance, scope_id, scope, target)
                elif verdict is False:
                    todo.append(target)
    if not scope["left"]:
        advance.queue.append((None, scope_id, False))


def look_around(advance: Advance, scope_id: str) -> None:
    """Looks at every idle step again: after a person resumed the run or retried a step."""
    scope = advance.own(scope_id)
    for step in advance.version.graphs[scope["graph"]].order:
        look_at(advance, scope_id, scope, step)
    if not scope["left"]:
        advance.queue.append((None, scope_id, False))
