"""The whole contract of a connector: one outside system, its credentials, actions and events.

    CONNECTOR = ConnectorType(label=..., credentials=Credentials, actions=(...), events=(...), ...)

A connector is plain data plus functions. Each function gets a `Link` (the connection as it may be
used: credentials, settings, a guarded HTTP client, a place for tokens) and raises `RetryLater`,
`GiveUp` or `NoAnswer` and nothing else. In a test run no function is called: the named sample
answers stand in for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from engine.core.effect import EffectClass
from engine.core.event import Event
from engine.core.fields import Form
from engine.core.text import Text


class Credentials(Form):
    """Root of every connector's credentials. Secret fields are `pydantic.SecretStr`."""

    # Else the text of a ValidationError shows what was typed in, secrets included.
    model_config = ConfigDict(hide_input_in_errors=True)


class Settings(Form):
    """Root of every connector's settings: what is not secret."""


# Marks a setting that says where secrets go: it changes only together with the credentials, so
# that nobody sends what is stored to an address of their own (`extra=WHERE_SECRETS_GO`).
WHERE_SECRETS_GO: Mapping[str, Any] = {"x-where-secrets-go": True}


class TokenStore(Protocol):
    """Where a connection keeps access tokens: encrypted, shared by all workers."""

    def get(self, name: str) -> str | None:
        """The token, None when absent or expired."""

    def put(self, name: str, value: str, lasts_for: timedelta) -> None: ...

    def drop(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Link:
    """A connection as a connector's function may use it.

    `client` is the connection's HTTP client as `connectors.http_client(...)` made it (timeouts set,
    private addresses refused unless allowed); connectors that speak something else ignore it.
    `now` is the world's clock: signatures and tokens take the time from here.
    """

    key: str
    credentials: Any
    settings: Any
    tokens: TokenStore
    client: Any
    now: Callable[[], datetime]
    allowed_private_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request that came in by a hook; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What the platform must get back, and the events that were in its request.

    `events` are canonical (validated by the inbox). `review` are records the connector could not
    translate: [{"reason": Text, "record": raw}]; what happens with them is the connection's choice.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    events: Sequence[Event] = ()
    review: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One pull: events found, the cursor to go on from, and whether there is more right now."""

    events: Sequence[Event]
    cursor: Mapping[str, Any]
    more: bool = False
    review: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """A named answer a test run may use instead of the platform: output, or an error."""

    label: Text
    output: Any = None
    error: str | None = None  # error code
    message: Text | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One delivery of one effect. `key` is the idempotency key; every attempt carries the same."""

    args: Any  # the action's input model, validated
    key: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the outside system can be asked to do.

    `run(link, call) -> output` (JSON values). `takes_key`: the platform itself refuses a second
    call with the same key, so a repetition is harmless. `run_many(link, calls)` delivers several in
    one request and returns an output or a StepError for each, in order. `samples` has "ok", "error"
    and, where an answer can be empty, "empty".
    """

    key: str
    label: Text
    summary: Text
    effect_class: EffectClass
    input: type[BaseModel]
    output: Mapping[str, Any]  # JSON Schema
    run: Callable[[Link, Call], Any]
    samples: Mapping[str, Sample]
    takes_key: bool = False
    run_many: Callable[[Link, Sequence[Call]], Sequence[Any]] | None = None
    batch: int = 1
    errors: Mapping[str, Text] = field(default_factory=dict)
    # Names in `input` whose value says whom it concerns ("external_userid"): order and rate.
    subject_from: str | None = None


@dataclass(frozen=True, slots=True)
class EventSource:
    """An event type this connector can bring, with a sample of its canonical form."""

    type: str
    label: Text
    sample: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the platform allows one connection: `rate` calls within `per`, `concurrent` at once."""

    rate: int = 20
    per: timedelta = timedelta(seconds=1)
    concurrent: int = 4
    timeout: timedelta = timedelta(seconds=10)
    attempts: int = 6


@dataclass(frozen=True, slots=True)
class ConnectorType:
    """One outside system. `type` is the folder's name, set when it is found.

    `receive(link, request) -> Reply` verifies the signature and translates; it raises
    `Unauthenticated` for a bad signature and `InvalidInput` for a body that cannot be read.
    `pull(link, cursor, until) -> Page` fetches what changed since the cursor ({} at first).
    `test(link) -> Text` tries the credentials and says what it found.
    """

    label: Text
    summary: Text
    credentials: type[Credentials]
    test: Callable[[Link], Text]
    settings: type[Settings] = Settings
    actions: tuple[Action, ...] = ()
    events: tuple[EventSource, ...] = ()
    limits: Limits = Limits()
    receive: Callable[[Link, Request], Reply] | None = None
    pull: Callable[[Link, Mapping[str, Any], datetime], Page] | None = None
    group: Literal["platform", "message", "file", "general"] = "platform"
    platform: str = ""
    # The identity its `send_message` action addresses ("wecom_external_userid", "email"): such a
    # connector is a channel of the send-message node. That action takes at least `to` and `text`.
    reaches: str = ""
    type: str = ""

    def action(self, key: str) -> Action | None:
        return next((action for action in self.actions if action.key == key), None)
