"""What a run did, as the screen and the API show it: step by step, with reasons in words.

The journal keeps codes and values; sentences are made here, in the reader's language, and secrets
leave the data here: nothing of a trace is shown that did not pass `redact`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from engine.core.errors import EngineError
from engine.core.execution.messages import ERRORS, REASONS
from engine.core.expression import CHINA
from engine.core.flow import Flow, Graph, Node
from engine.core.node import NodeType
from engine.core.ports import label_of
from engine.core.redact import redact
from engine.core.registry import Registry
from engine.core.run import Signal, StepRecord
from engine.core.sentences import fill
from engine.core.text import Locale, Text, say, text

_ENDED = frozenset({"done", "failed", "cancelled", "skipped"})
_STATUS: dict[str, Text] = {
    "idle": text("未开始", "not begun"),
    "active": text("执行中", "working"),
    "waiting": text("等待中", "waiting"),
    "done": text("已完成", "done"),
    "skipped": text("未经过", "skipped"),
    "cancelled": text("已取消", "cancelled"),
    "failed": text("失败", "failed"),
}
_SIGNALS: dict[str, Text] = {
    "start": text("开始执行", "the run started"),
    "answer": text("收到返回", "an answer came"),
    "timer": text("到时间了", "a time was reached"),
    "event": text("收到事件", "an event came"),
    "task": text("有人处理了任务", "a person answered"),
    "cancel": text("被取消", "it was cancelled"),
    "resume": text("被继续", "it was resumed"),
    "retry_from": text("从某一步重试", "it was retried from a step"),
}
_INSIDE = re.compile(r"(\[(\d+)\]|~(\d+))$")

# One advance as the journal gives it: the signal, the run's status after it, what steps did.
Entry = tuple[Signal, str, Sequence[StepRecord]]


def trace(
    journal: Iterable[Entry],
    flow: Flow,
    registry: Registry,
    locale: Locale = "zh",
    *,
    effects: Mapping[str, Mapping[str, Any]] | None = None,
    sub_flows: Mapping[str, Flow] | None = None,
    zone: tzinfo = CHINA,
) -> dict[str, Any]:
    """The run in the reader's language; a plain dictionary of JSON values, Decimal and datetime.

    `effects` tells by effect key how each effect stands ({"status": "delivered", ...}); one that is
    not told is pending. `sub_flows` are the flows pinned into the version, by key.

    status    of the run            started_at, ended_at
    steps     in order of their beginning: {path, scope, node, name, type, type_label, status,
              status_label, ports, port_labels, output, values, reason, error, effects, log,
              started_at, ended_at, ms}; `values` are those the reason names, `log` what was said
              while the step went on ({at, status, port, reason})
    scopes    in order of their opening: {id, parent (a step's path), kind, index}
    lines     {scope: {edge id: "lit" | "grey"}}; lines not decided yet are absent
    signals   {kind, label, at, seq, token, port}
    """
    reader = _Reader(flow, registry, locale, effects or {}, sub_flows or {}, zone)
    for signal, status, records in journal:
        reader.read(signal, status, records)
    return reader.told()


class _Reader:
    def __init__(
        self,
        flow: Flow,
        registry: Registry,
        locale: Locale,
        effects: Mapping[str, Mapping[str, Any]],
        sub_flows: Mapping[str, Flow],
        zone: tzinfo,
    ) -> None:
        self.flow = flow
        self.registry = registry
        self.locale = locale
        self.effects = effects
        self.sub_flows = sub_flows
        self.zone = zone
        self.status = "queued"
        self.steps: dict[str, dict[str, Any]] = {}
        self.scopes: dict[str, dict[str, Any]] = {}
        self.signals: list[dict[str, Any]] = []
        self.nodes: dict[int, dict[str, tuple[Node, Graph]]] = {}
        self.last_at: datetime | None = None

    def read(self, signal: Signal, status: str, records: Sequence[StepRecord]) -> None:
        self.status = status
        self.last_at = signal.now
        label = say(_SIGNALS.get(signal.kind, text(signal.kind, signal.kind)), self.locale)
        self.signals.append(
            {
                "kind": signal.kind,
                "label": label,
                "at": signal.now,
                "seq": signal.seq,
                "token": signal.token,
                "port": signal.port,
            }
        )
        for record in records:
            self._read(record, signal.now)

    def told(self) -> dict[str, Any]:
        ended = self.status in ("succeeded", "failed", "cancelled")
        return {
            "status": self.status,
            "started_at": self.signals[0]["at"] if self.signals else None,
            "ended_at": self.last_at if ended else None,
            "steps": list(self.steps.values()),
            "scopes": list(self.scopes.values()),
            "lines": self._lines(),
            "signals": self.signals,
        }

    def _read(self, record: StepRecord, now: datetime) -> None:
        """One record onto its step: the last word counts, what was said before is kept in `log`."""
        node, type_ = self._find(record.step)
        step = self.steps.get(record.step)
        if step is None or (step["status"] in _ENDED and record.status not in ("skipped",)):
            # A person retried an ended step: its new take begins afresh, under the same path.
            step = self._begin(record.step, node, type_, now, step)
        reason = self._reason(record, node, type_)
        if record.status == "waiting" and record.port:
            # A reminder: its line is lit while the step goes on waiting.
            step["ports"].append(record.port)
            step["port_labels"].append(self._label(node, type_, str(record.port)))
        else:
            step["status"] = record.status
            step["status_label"] = say(_STATUS[record.status], self.locale)
            step["reason"] = reason
            step["values"] = redact(dict(record.reason[1] or {}))
        if record.status not in _ENDED or record.reason[0]:
            step["log"].append(
                {"at": now, "status": record.status, "port": record.port, "reason": reason}
            )
        step["ms"] = round(step["ms"] + record.ms, 3)
        step["effects"] += [self._effect(key) for key in record.effects]
        if record.status in _ENDED:
            ports = record.port if isinstance(record.port, tuple) else (record.port,)
            for port in ports:
                if port and port not in step["ports"]:
                    step["ports"].append(port)
                    step["port_labels"].append(self._label(node, type_, port))
            step["output"] = redact(record.output, _output_schema(node, type_))
            step["error"] = self._error(record.error)
            step["ended_at"] = now

    def _begin(
        self,
        path: str,
        node: Node | None,
        type_: NodeType | None,
        now: datetime,
        earlier: dict[str, Any] | None,
    ) -> dict[str, Any]:
        scope, _, id_ = path.rpartition("/")
        self._open(scope)
        name = (node.name if node else "") or (say(type_.label, self.locale) if type_ else id_)
        self.steps[path] = {
            "path": path,
            "scope": scope,
            "node": id_,
            "name": name,
            "type": node.type if node else "",
            "type_label": say(type_.label, self.locale) if type_ else "",
            "status": "active",
            "status_label": say(_STATUS["active"], self.locale),
            "ports": [],
            "port_labels": [],
            "output": None,
            "values": {},
            "reason": "",
            "error": None,
            "effects": earlier["effects"] if earlier else [],
            "log": earlier["log"] if earlier else [],
            "started_at": now,
            "ended_at": None,
            "ms": earlier["ms"] if earlier else 0.0,
        }
        return self.steps[path]

    def _open(self, scope: str) -> None:
        """Notes a scope and those around it, outer ones first."""
        if not scope or scope in self.scopes:
            return
        inside = _INSIDE.search(scope)
        if inside is None:
            parent, kind, index = "", "root", 0
        else:
            parent = scope[: inside.start()]
            self._open(parent.rpartition("/")[0])
            node, _ = self._find(parent)
            is_box = node is not None and node.body is not None
            kind = "reminder" if inside[3] is not None else "box" if is_box else "flow"
            index = int(inside[2] or inside[3])
        self.scopes[scope] = {"id": scope, "parent": parent, "kind": kind, "index": index}

    # -- finding ---------------------------------------------------------------------------------

    def _find(self, path: str) -> tuple[Node | None, NodeType | None]:
        """The node of a step's path and its type; None where the flow no longer has it."""
        found = self._nodes(self._flow_of(path.rpartition("/")[0])).get(path.rpartition("/")[2])
        node = found[0] if found else None
        return node, self.registry.node(node.type) if node else None

    def _flow_of(self, scope: str) -> Flow | None:
        """The flow whose nodes a scope holds: this one, or the one a step around it calls."""
        inside = _INSIDE.search(scope)
        if inside is None:
            return self.flow
        parent = scope[: inside.start()]
        around = self._flow_of(parent.rpartition("/")[0])
        found = self._nodes(around).get(parent.rpartition("/")[2])
        if found is None or found[0].body is not None or inside[3] is not None:
            return around
        called = found[0].config.get("flow")
        if called == self.flow.key and called not in self.sub_flows:
            return self.flow
        return self.sub_flows.get(str(called))

    def _nodes(self, flow: Flow | None) -> dict[str, tuple[Node, Graph]]:
        if flow is None:
            return {}
        known = self.nodes.get(id(flow))
        if known is None:
            known = self.nodes[id(flow)] = {}
            todo: list[Graph] = [flow]
            for graph in todo:  # grows while it is read
                for node in graph.nodes:
                    known[node.id] = (node, graph)
                    todo += [node.body] if node.body is not None else []
                    todo += node.handlers.values()
        return known

    def _lines(self) -> dict[str, dict[str, str]]:
        """Lines of ended steps, and lines a reminder has lit."""
        found: dict[str, dict[str, str]] = {}
        for step in self.steps.values():
            node_graph = self._nodes(self._flow_of(step["scope"])).get(step["node"])
            if node_graph is None:
                continue
            ended = step["status"] in ("done", "skipped")
            for edge in node_graph[1].edges:
                if edge.from_ == step["node"]:
                    if edge.port in step["ports"]:
                        found.setdefault(step["scope"], {})[edge.id] = "lit"
                    elif ended:
                        found.setdefault(step["scope"], {})[edge.id] = "grey"
        return found

    # -- wording ---------------------------------------------------------------------------------

    def _reason(self, record: StepRecord, node: Node | None, type_: NodeType | None) -> str:
        code, values = record.reason
        if not code:
            error = self._error(record.error)
            return str(error["message"]) if error else ""
        words: Text | str | None = (type_.reasons.get(code) if type_ else None) or REASONS.get(code)
        words = words or ERRORS.get(code)
        if words is None:
            words = say(_STATUS[record.status], self.locale) if code in ("done", "asked") else code
        return fill(words, redact(dict(values or {})), self.locale, self.zone)

    def _label(self, node: Node | None, type_: NodeType | None, port: str) -> str:
        return say(label_of(type_, node.config if node else {}, port), self.locale)

    def _error(self, error: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if error is None:
            return None
        said = error.get("message", "")
        is_text = isinstance(said, dict) and "zh" in said and "en" in said
        words = str(said[self.locale]) if is_text else str(said)
        return {
            **redact({k: v for k, v in error.items() if k != "message"}),
            "message": redact(words),
        }

    def _effect(self, key: str) -> dict[str, Any]:
        found = dict(self.effects.get(key, {}))
        if isinstance(found.get("error"), Mapping):
            found["error"] = self._error(found["error"])
        return {"key": key, "status": "pending", **redact(found)}


def _output_schema(node: Node | None, type_: NodeType | None) -> Any:
    """The schema of a step's output, which may mark secrets."""
    if node is None or type_ is None or type_.output is None:
        return None
    if not callable(type_.output):
        return type_.output
    try:
        return type_.output(type_.config.model_validate(node.config))
    except (ValueError, EngineError):
        return None
