"""The real processes of an installation, started as `jimu` starts them, and always ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from types import TracebackType

PATIENCE = 10.0


class Processes:
    """Children by name, each in a group of its own, so that what they started ends with them."""

    def __init__(self) -> None:
        self._held: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Processes:
        return self

    def start(self, name: str, *command: str) -> None:
        """`jimu <command>` in the environment of now."""
        self._held[name] = subprocess.Popen(
            [sys.executable, "-m", "engine", *command], start_new_session=True
        )

    def check(self) -> None:
        """Raises RuntimeError when one has ended by itself."""
        for name, process in self._held.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._held.values():
            process.terminate()
        for process in self._held.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
