"""Pieces of bytes are what they were, wherever they lie by now."""

from __future__ import annotations

import pytest

from engine.runtime.simulate import spool
from engine.runtime.simulate.spool import Spool


@pytest.mark.parametrize("most", [1, 7, 64, 10_000])
def test_pieces_come_back_from_memory_from_the_file_and_from_between(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST", most)
    monkeypatch.setattr(spool, "BLOCK", 5)
    pieces = [bytes([65 + number % 26]) * (number % 13) for number in range(40)]
    first, lent = Spool(), Spool(lent=True)
    for own, part in ((first, pieces[:17]), (lent, pieces[17:])):
        for piece in part:
            own.add(piece)
    lent.unpack(lent.packed())
    first.extend(lent)
    lent.close()
    first.add(b"last")
    assert [first.read(number) for number in range(41)] == [*pieces, b"last"]
    first.close()
