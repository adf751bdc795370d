"""Who answers the calls of connectors in a test run: their named samples, or what was chosen.

No function of a connector is called. What would be sent must be what the action takes, as in a live
run; then the chosen answer stands in for the platform, by default its sample "ok".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from engine.core.connector import Action, ConnectorType
from engine.core.coverage import place_of
from engine.core.errors import GiveUp, NoAnswer, RetryLater
from engine.core.flow import problems_of
from engine.core.text import Text, text
from engine.runtime.simulate.asked import Answers, Given
from engine.runtime.world import World

_OK = Given(sample="ok")


class Samples:
    """A Caller for scratch worlds. `connectors` are the tenant's connections by key."""

    def __init__(self, connectors: Mapping[str, ConnectorType], answers: Answers) -> None:
        self._connectors = connectors
        self._answers = answers
        # A call that is tried again keeps the answer of its first attempt, unless that said later.
        self._chosen: dict[str, Given] = {}

    def call(
        self, world: World, tenant: str, connection: str, action: str, effects: Sequence[Any]
    ) -> list[Any]:
        """An output or a StepError for each effect row, in order."""
        connector = self._connectors.get(connection)
        wanted = connector.action(action) if connector else None
        if connector is None or wanted is None:
            raise GiveUp(
                text(f"对接 {connection} 没有操作 {action}", f"{connection} has no {action}"),
                "no_action",
            )
        return [self._answer(connector, wanted, effect) for effect in effects]

    def given(self, effect: Any) -> Given:
        """The answer chosen for one call: by step, connection or connector and action."""
        held = self._chosen.get(effect.key)
        if held is not None and not held.later:
            return held
        connector = self._connectors.get(effect.connection)
        names = (
            place_of(effect.step),
            f"{effect.connection}.{effect.action}",
            f"{connector.type}.{effect.action}" if connector else "",
            "calls",
        )
        found = self._answers.find(effect.run_id, "call", *names) or _OK
        self._chosen[effect.key] = found
        return found

    def _answer(self, connector: ConnectorType, action: Action, effect: Any) -> Any:
        try:
            action.input.model_validate(effect.args)
        except ValidationError as error:
            problem = problems_of(error)[0]
            said = text(
                f"参数 {problem.path} {problem.message['zh']}",
                f"argument {problem.path} {problem.message['en']}",
            )
            return GiveUp(said, "bad_arguments")
        given = self.given(effect)
        if not given.later:
            self._chosen.pop(effect.key, None)
        if given.lost:
            return NoAnswer(_words(given, text("没有回应", "no answer")))
        if given.later:
            return RetryLater(_words(given, text("暂时不行", "not now")))
        if given.error:
            said = action.errors.get(given.error) or text(given.error, given.error)
            return GiveUp(_words(given, said), given.error)
        if given.value is not None:
            return given.value
        sample = action.samples.get(given.sample or "ok")
        if sample is None:
            return GiveUp(
                text(f"操作没有名为 {given.sample} 的示例", f"there is no sample {given.sample}"),
                "no_sample",
            )
        if sample.error is not None:
            return GiveUp(sample.message or sample.error, sample.error)
        return sample.output


def _words(given: Given, usual: Text) -> Text:
    return text(given.message, given.message) if given.message else usual
