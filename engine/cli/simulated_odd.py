"""What was odd in a test run, in the terminal: events left out, nobody listening, incidents.

Shapes: engine/runtime/simulate/report.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from engine.cli.screen import tell
from engine.core.event_types import EVENT_TYPES
from engine.core.text import Text, text

MOST_SHOWN = 10
MOST_PLACES = 8  # spans of lines in one sentence


def show_events(report: Mapping[str, Any]) -> None:
    """How many events there were, what started nothing, and what was wrong with the others."""
    events, runs = report["events"], report["runs"]["started"]
    if not events["given"] and not runs:
        tell(text("没有可以试的事件", "there are no events to try"))
    else:
        used, refused = events["used"], events["refused"]
        tell(
            text(
                f"试了 {used} 个事件，流程执行了 {runs} 次；{refused} 个事件有问题，没有使用",
                f"{used} events tried, the flow ran {runs} times; {refused} were malformed and "
                "left out",
            )
        )
    _bad(events, text("用例", "case") if report.get("cases") else None)
    for type_, count in list(events["unheard"].items())[:MOST_SHOWN]:
        known = EVENT_TYPES.get(type_)
        zh, en = (f"{known.label['zh']}（{type_}）", type_) if known else (type_, type_)
        tell(
            text(
                f"  没有启动流程：{zh} {count} 个",
                f"  started nothing: {count} of {en}",
            )
        )
    if events["left_out"]:
        count = events["left_out"]
        tell(
            text(
                f"  系统自己产生的 {count} 个事件没有照搬，试运行会重新产生",
                f"  {count} events the system had made itself were left out: it makes them again",
            )
        )


def _bad(events: Mapping[str, Any], called: Text | None) -> None:
    """Bad lines, those with one reason together, in the order in which they first appear."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in events["bad"]:
        found.setdefault((one["path"], one["reason"]["zh"]), []).append(one)
    groups = list(found.values())
    for group in groups[:MOST_SHOWN]:
        first = group[0]
        # A column of a table stands in the path by its name.
        where = first["path"] if first["path"].count("/") > 1 else first["path"].removeprefix("/")
        before = f"{where} " if where else ""
        lines = [one["line"] for one in group]
        zh = f"用例 {_spans(lines, '、')}" if called else f"第 {_spans(lines, '、')} 行"
        en = f"{called['en'] if called else 'line'}{'s' * (len(lines) > 1)} {_spans(lines, ', ')}"
        tell(
            text(
                f"  {zh}：{before}{first['reason']['zh']}",
                f"  {en}: {before}{first['reason']['en']}",
            )
        )
    show_more(events["refused"] - sum(len(group) for group in groups[:MOST_SHOWN]))


def _spans(lines: Iterable[int], between: str) -> str:
    """Numbers as people write them: 3, 7, 9-14."""
    spans = list(_joined(sorted(set(lines))))
    shown = [str(start) if start == end else f"{start}-{end}" for start, end in spans]
    return between.join(shown[:MOST_PLACES]) + ("…" if len(shown) > MOST_PLACES else "")


def _joined(lines: list[int]) -> Iterator[tuple[int, int]]:
    start = lines[0]
    for one, following in pairwise([*lines, lines[-1] + 2]):
        if following != one + 1:
            yield start, one
            start = following


def show_incidents(report: Mapping[str, Any]) -> None:
    """What went wrong outside of runs, with the first one's own sentence."""
    for one in report["incidents"][:MOST_SHOWN]:
        message = next((each["message"] for each in one["examples"] if each.get("message")), None)
        said = message if isinstance(message, dict) else text(one["code"], one["code"])
        count = one["count"]
        tell(
            text(
                f"流程之外的问题 {count} 次：{said['zh']}（{one['code']}）",
                f"outside of runs, {count} times: {said['en']} ({one['code']})",
            )
        )


def show_more(count: int) -> None:
    """How much is not shown here."""
    if count > 0:
        tell(text(f"  另有 {count} 个，见 --json", f"  and {count} more: see --json"))
