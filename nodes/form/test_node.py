from __future__ import annotations

from engine.core.triggers import Entrance
from nodes.form.node import NODE, Config

FORM = {"type": "object", "properties": {"shop": {"type": "string", "title": "门店"}}}


def test_the_entrance_carries_the_form_with_its_title() -> None:
    assert NODE.start is not None
    assert NODE.start(Config(title="门店报修", form=FORM, public=True)) == Entrance(
        kind="form", schema={**FORM, "title": "门店报修"}, public=True
    )


def test_a_form_without_a_field_is_refused() -> None:
    assert NODE.check is not None
    assert [problem.code for problem in NODE.check(Config())] == ["form_empty"]
    assert NODE.check(Config(form=FORM)) == []


def test_a_malformed_form_is_refused_with_its_path() -> None:
    assert NODE.check is not None
    form = {"type": "object", "properties": {"shop": {"type": "string", "pattern": "(?=x)"}}}
    assert [problem.path for problem in NODE.check(Config(form=form))] == [
        "/form/properties/shop/pattern"
    ]
