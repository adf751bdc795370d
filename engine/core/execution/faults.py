"""R6: errors, incidents, and what a person can do about them: resume, retry from a step, cancel."""

from __future__ import annotations

from typing import Any, Literal

from engine.core.execution.advance import ROOT, Advance, Wait
from engine.core.execution.answers import cancel_scope, release, settle, withdraw
from engine.core.execution.lines import end_step, look_around
from engine.core.execution.messages import Error
from engine.core.execution.steps import Step
from engine.core.run import Command, row

_ENDED = frozenset({"done", "skipped", "cancelled"})


def fault(advance: Advance, scope_id: str, step: Step, error: Error, output: Any = None) -> None:
    """A step could not finish.

    1. Its own matching error port, if that has a line: the step ends by it.
    2. Else its scope fails: the active steps in it are cancelled, and the error goes to the step
       around it, which may see it itself (`catch`), have an error port, or fail in turn.
    3. Nobody takes it: the run stops as an incident with its state.
    """
    path = scope_id + step.tail
    port = step.error_port(error["code"])
    if port is not None:
        if path in advance.waits:
            release(advance, path)
        _leave_by_error(advance, scope_id, step, port, error, output)
        return
    error = {**error, "step": error.get("step") or path}
    failed = [path]
    inner = scope_id
    while inner != ROOT:
        parent: str = advance.scopes[inner]["parent"]
        around, holder = advance.step_at(parent)
        wait = advance.waits[parent]
        token: str = wait["inner"][inner]
        port = holder.error_port(error["code"])
        if (token and wait["catch"]) or port is not None:
            _fail_scopes(advance, failed, error)
            if token and wait["catch"]:
                wait = advance.own_wait(parent)
                cancel_scope(advance, inner)
                del wait["inner"][inner]
                settle(advance, parent, token, "error", error)
            else:
                release(advance, parent)
                assert port is not None
                _leave_by_error(advance, around, holder, port, error, None)
            return
        failed.append(parent)
        inner = around
    stop(advance, failed, error)


def stop(advance: Advance, failed: list[str], error: Error) -> None:
    """The run stops as an incident. Requests are withdrawn, but everything is kept for a resume."""
    for path, wait in advance.waits.items():
        withdraw(advance, path, wait)
    for path in failed:
        scope_id, step = advance.step_at(path)
        advance.own(scope_id)["steps"][step.id] = "failed"
        advance.rows.append(row(path, "failed", error=error))
    for scope_id in list(advance.scopes):
        scope = advance.own(scope_id)
        for id_, status in scope["steps"].items():
            if status == "active" or status == "waiting":
                scope["steps"][id_] = "cancelled"
                advance.rows.append(row(f"{scope_id}/{id_}", "cancelled"))
    advance.state["asked"] = 0
    advance.state["error"] = error
    _finish(advance, "failed", None, error)


def end_run(
    advance: Advance,
    status: Literal["succeeded", "cancelled"],
    output: Any = None,
    error: Error | None = None,
) -> None:
    """The run ends; what is still open is withdrawn."""
    # A stopped run's requests were withdrawn when it stopped.
    is_stopped = advance.state["status"] == "failed"
    for path in list(advance.waits):
        if path not in advance.waits:
            continue  # went with the box around it
        if is_stopped:
            del advance.waits[path]
            continue
        advance.rows.append(row(path, "cancelled"))
        release(advance, path)
        scope_id, step = advance.step_at(path)
        advance.own(scope_id)["steps"][step.id] = "cancelled"
    advance.state["error"] = error
    _finish(advance, status, output, error)


def end_flow(advance: Advance, scope_id: str, output: Any) -> None:
    """A step said "end run": it ends the flow it stands in (R7). A sub-flow's caller goes on."""
    home = advance.home(scope_id)
    if home == ROOT:
        end_run(advance, "succeeded", output)
        return
    parent: str = advance.scopes[home]["parent"]
    wait = advance.own_wait(parent)
    token = wait["inner"].pop(home)
    cancel_scope(advance, home)
    settle(advance, parent, token, "out", output)


def resume(advance: Advance) -> bool:
    """Goes on after an incident where the run stopped. Effects keep their keys."""
    if advance.state["status"] != "failed":
        return False
    _restart(advance)
    _revive(advance)
    for scope_id in list(advance.scopes):
        look_around(advance, scope_id)
    return True


def retry_from(advance: Advance, path: str) -> bool:
    """Runs an ended step again, as a new take, and everything after it in its scope.

    1. Forget the step and all that follows it: outputs, lines, what they wait for.
    2. If the run had stopped, take up the other steps again, with their keys as they were.
    3. Activate the step, then whatever its new state allows.
    """
    scope_id, _, node_id = path.rpartition("/")
    scope = advance.scopes.get(scope_id)
    if scope is None or advance.state["status"] not in (
        "failed",
        "waiting",
        "running",
        "succeeded",
    ):
        return False
    step = advance.version.graphs[scope["graph"]].steps.get(node_id)
    if step is None or scope["steps"].get(node_id) not in ("done", "failed", "cancelled"):
        return False
    is_stopped = advance.state["status"] == "failed"
    scope = advance.own(scope_id)
    for one in _from(step):
        here = scope_id + one.tail
        if here in advance.waits:
            if is_stopped:
                _forget(advance, here)
            else:
                advance.rows.append(row(here, "cancelled"))
                release(advance, here)
        scope["steps"].pop(one.id, None)
        scope["out"].pop(one.id, None)
        for edge, _, _ in one.lines:
            scope["lines"].pop(edge, None)
    _restart(advance)
    advance.state["take"] += 1
    if is_stopped:
        _revive(advance)
    steps = scope["steps"].values()
    scope["left"] = len(advance.version.graphs[scope["graph"]].steps) - sum(
        status in _ENDED for status in steps
    )
    advance.queue.append((step, scope_id, False))
    for found in list(advance.scopes) if is_stopped else [scope_id]:
        look_around(advance, found)
    return True


def _leave_by_error(
    advance: Advance, scope_id: str, step: Step, port: str, error: Error, output: Any
) -> None:
    """The step ends by its error port; later steps read what happened as `steps.<id>.error`."""
    path = scope_id + step.tail
    if output is None:
        output = {"error": error}
    reason = ("error", {"code": error["code"], "message": error["message"]})
    advance.rows.append(row(path, "done", port, output, reason, error=error))
    scope = advance.own(scope_id)
    end_step(advance, scope_id, scope, step, step.leave(port, scope["lines"]), output)


def _fail_scopes(advance: Advance, failed: list[str], error: Error) -> None:
    for path in failed:
        scope_id, step = advance.step_at(path)
        advance.own(scope_id)["steps"][step.id] = "failed"
        advance.rows.append(row(path, "failed", error=error))
        if path in advance.waits:
            release(advance, path)


def _finish(advance: Advance, status: str, output: Any, error: Error | None) -> None:
    advance.state["status"] = status
    advance.queue.clear()
    body = {"status": status, "output": output, "error": error}
    advance.commands.append(Command("end", body=body))


def _restart(advance: Advance) -> None:
    advance.state.update(status="running", error=None, count=0)


def _revive(advance: Advance) -> None:
    """Takes up every step an incident stopped.

    A box waits on for its scopes, its timers armed again. Any other waiting step makes its present
    request again, under a new token and with the same effect key. A step that failed after an
    error it had seen itself begins anew, else it would only fail again.
    """
    for path in list(advance.waits):
        if path not in advance.waits:
            continue  # inside a scope that was dropped
        scope_id, step = advance.step_at(path)
        wait = advance.own_wait(path)
        scope = advance.own(scope_id)
        if _is_box(wait):
            scope["steps"][step.id] = "waiting"
            for token, timer in wait["timers"].items():
                advance.commands.append(Command("timer", token, timer[1], step=path))
            continue
        for inner in list(wait["inner"]):
            _drop_scope(advance, inner)
        for name in ("open", "inner", "timers"):
            wait[name] = {}
        wait.pop("several", None)
        wait["e"], wait["base"] = wait["e0"], wait["b0"]
        if any(port.partition(":")[0] == "error" for port, _ in wait["answers"]):
            wait.update(answers=[], e=0, e0=0, base=0, b0=0)
        scope["steps"][step.id] = "active"
        advance.queue.append((step, scope_id, True))
    for scope_id in list(advance.scopes):
        scope = advance.own(scope_id)
        for id_, status in list(scope["steps"].items()):
            if status == "failed":
                del scope["steps"][id_]


def _is_box(wait: Wait) -> bool:
    return "several" not in wait and any(
        entry[0] in ("box", "scope") for entry in wait["open"].values()
    )


def _forget(advance: Advance, path: str) -> None:
    """Drops a stopped step's wait and the scopes under it; its requests are withdrawn already."""
    for inner in advance.waits.pop(path)["inner"]:
        _drop_scope(advance, inner)


def _drop_scope(advance: Advance, scope_id: str) -> None:
    for id_ in advance.scopes[scope_id]["steps"]:
        if f"{scope_id}/{id_}" in advance.waits:
            _forget(advance, f"{scope_id}/{id_}")
    del advance.scopes[scope_id]
    advance.names.pop(scope_id, None)


def _from(step: Step) -> list[Step]:
    """The step and every step its lines lead to."""
    found = [step]
    seen = {step.id}
    for one in found:  # grows while it is read
        for _, _, target in one.lines:
            if target.id not in seen:
                seen.add(target.id)
                found.append(target)
    return found
