"""Forked processes: started again when they end unasked, told to stop once, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
# Each process says who it is, and then waits for its end or has it.
FORKS = """
import os, signal, sys
from engine.processes import keep_forked

def say(*words):  # in one piece: the others write into the same pipe
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def stays(ended):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    say("stays", os.getpid(), ended)
    signal.sigwait([signal.SIGTERM])
    say("told")

def fails(ended):
    say("fails")
    raise ValueError("nothing to do")

keep_forked([("one", stays), ("other", fails if "fails" in sys.argv else stays)])
say("over")
"""


@pytest.fixture
def forks(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", FORKS, *getattr(request, "param", ())],
        cwd=TOP,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def said(process: subprocess.Popen[str], word: str) -> str:
    """The next line with this word; what the log says lies between."""
    assert process.stdout is not None
    line = next((line for line in process.stdout if word in line), None)
    assert line is not None, f"ended without {word}"
    return line.strip()


def test_one_that_is_killed_is_there_again_and_all_hear_the_end_once(
    forks: subprocess.Popen[str],
) -> None:
    pids = {int(said(forks, "stays").split()[1]) for _ in range(2)}
    os.kill(min(pids), signal.SIGKILL)
    _, again, ended = said(forks, "stays").split()
    assert int(again) not in pids
    assert int(ended) == min(pids)
    forks.send_signal(signal.SIGTERM)
    assert [said(forks, "told"), said(forks, "told")] == ["told", "told"]
    assert said(forks, "over") == "over"
    assert forks.wait() == 0


@pytest.mark.parametrize("forks", [("fails",)], indirect=True, ids=["fails"])
def test_one_that_fails_is_logged_and_tried_again_and_the_other_works_on(
    forks: subprocess.Popen[str],
) -> None:
    assert "nothing to do" in said(forks, "nothing to do")
    assert "code=1" in said(forks, "process ended, started again")
    assert said(forks, "fails") == "fails"
    forks.send_signal(signal.SIGINT)
    assert said(forks, "over") == "over"


def test_one_whose_parent_is_killed_does_not_stay(forks: subprocess.Popen[str]) -> None:
    said(forks, "stays")
    said(forks, "stays")
    forks.kill()
    # Nobody holds the other end of the pipe any more: it can be read to its end.
    assert forks.stdout is not None
    assert "told" not in forks.stdout.read()
