"""The error tree, named by what happens next.

EngineError
├─ Rejected            the caller is wrong; nothing was done        -> api/errors.py maps to 4xx
│  ├─ InvalidInput     a value is malformed: problems with paths    -> 422
│  │  ├─ InvalidFlow           the document cannot be published
│  │  └─ InvalidExpression     the text cannot be compiled; names the column
│  ├─ NotFound         404
│  ├─ Unauthenticated  401
│  ├─ Forbidden        403
│  ├─ Locked           403, a value locked by head office, path named
│  ├─ Conflict         409, somebody was faster, or the state does not allow it
│  │  └─ PeriodLocked
│  ├─ Stale            412, the revision edited is not the newest
│  ├─ TooLarge         413
│  └─ TooMany          429, with seconds to wait
├─ StepError           a step or an effect could not finish
│  ├─ RetryLater(after)        the runtime tries again with back-off
│  └─ GiveUp                   no retry: take the node's error port, else the run fails
│     └─ NoAnswer              sent, but nobody knows whether it arrived
└─ Unavailable         a part of the installation does not answer   -> 503
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.core.text import Text, say


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault that a person can mend.

    `path` is a JSON pointer into what was handed in ("" is the whole), `node` the id of the flow's
    node it belongs to, `code` a stable name for it, `level` "error" or "warning".
    """

    path: str
    message: Text
    code: str = "invalid"
    node: str | None = None
    level: str = "error"

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "path": self.path,
            "message": self.message["en"],
            "message_zh": self.message["zh"],
            "code": self.code,
            "level": self.level,
        }
        if self.node is not None:
            found["node"] = self.node
        return found


class EngineError(Exception):
    """Root of everything this product raises on purpose."""

    code = "error"

    def __init__(self, message: Text | str) -> None:
        self.message: Text = {"zh": message, "en": message} if isinstance(message, str) else message
        super().__init__(say(self.message, "en"))


class Rejected(EngineError):
    """The caller is wrong; nothing was done."""

    code = "rejected"
    status = 400

    def __init__(self, message: Text | str, problems: tuple[Problem, ...] | list[Problem] = ()):
        super().__init__(message)
        self.problems: tuple[Problem, ...] = tuple(problems)


class InvalidInput(Rejected):
    """A value is malformed."""

    code = "invalid"
    status = 422


class InvalidFlow(InvalidInput):
    """The flow cannot be published; `problems` says why, node by node."""

    code = "invalid_flow"


class InvalidExpression(InvalidInput):
    """An expression cannot be compiled; `at` is the column (from 0) when known."""

    code = "invalid_expression"

    def __init__(self, message: Text | str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


class NotFound(Rejected):
    """There is no such thing, or it belongs to another tenant."""

    code = "not_found"
    status = 404


class Unauthenticated(Rejected):
    """Nobody knows who is calling."""

    code = "unauthenticated"
    status = 401


class Forbidden(Rejected):
    """The caller is known and may not do this."""

    code = "forbidden"
    status = 403


class Locked(Forbidden):
    """A value is locked by head office; `problems` names its path."""

    code = "locked"


class Conflict(Rejected):
    """The state does not allow it, or somebody was faster."""

    code = "conflict"
    status = 409


class PeriodLocked(Conflict):
    """The settlement period is closed."""

    code = "period_locked"


class Stale(Rejected):
    """The revision that was edited is not the newest."""

    code = "stale"
    status = 412


class TooLarge(Rejected):
    """More bytes, rows or levels than allowed."""

    code = "too_large"
    status = 413


class TooMany(Rejected):
    """Too many calls; try again in `after`."""

    code = "too_many"
    status = 429

    def __init__(self, message: Text | str, after: timedelta) -> None:
        super().__init__(message)
        self.after = after


class StepError(EngineError):
    """A step or an effect could not finish."""

    code = "step_error"


class RetryLater(StepError):
    """It may work later: the runtime tries again, not before `after` where the platform said so."""

    code = "retry_later"

    def __init__(self, message: Text | str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class GiveUp(StepError):
    """It will never work like this; `code` is what an error route can match."""

    def __init__(self, message: Text | str, code: str = "failed") -> None:
        super().__init__(message)
        self.code = code


class NoAnswer(GiveUp):
    """The request left, no answer came: nobody knows whether it arrived.

    `code` is "internal" where the connector itself broke off: that says nothing of the platform.
    """

    def __init__(self, message: Text | str, code: str = "no_answer") -> None:
        super().__init__(message, code=code)


class Unavailable(EngineError):
    """A part of the installation does not answer."""

    code = "unavailable"
    status = 503
