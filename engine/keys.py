"""The installation's secret keys: one file, readable by its owner only, with ids for rotation.

The file is JSON: `{"current": "k1", "keys": {"k1": "<32 bytes in base64>"}}`. What is written is
written with the current key and carries its id; older keys stay, so that everything can be read.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.core.errors import Unavailable
from engine.core.text import text

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """All keys of this installation; `current` is the id of the one to write with."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    def derive(self, purpose: str, key_id: str | None = None) -> bytes:
        """32 bytes for one purpose ("session", "column"): leaking them gives no other away.

        HKDF-SHA256 (RFC 5869) without salt, `purpose` as info. KeyError for an unknown id.
        """
        secret = self.keys[self.current if key_id is None else key_id]
        extracted = hmac.digest(bytes(hashlib.sha256().digest_size), secret, "sha256")
        return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")


def load_keys(path: Path) -> SecretKeys:
    """Reads the keys; the first caller creates them, however many start at once.

    Raises Unavailable when the file cannot be read, is open to others, or is no key file.
    """
    with _sentences(path):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = _write_beside(path, SecretKeys("k1", {"k1": secrets.token_bytes(KEY_BYTES)}))
            try:
                # A link never replaces: of several that start at once, one key is the key.
                with contextlib.suppress(FileExistsError):
                    os.link(fresh, path)
            finally:
                fresh.unlink()
        return _read(path)


def rotate_keys(path: Path) -> SecretKeys:
    """Adds a new key and makes it the current one; running processes see it after a restart."""
    load_keys(path)
    with _sentences(path), _alone_in(path.parent):
        old = _read(path)
        number = max((int(each[1:]) for each in old.keys if each[1:].isdigit()), default=0) + 1
        added = SecretKeys(f"k{number}", {**old.keys, f"k{number}": secrets.token_bytes(KEY_BYTES)})
        _write_beside(path, added).replace(path)
        return added


def _read(path: Path) -> SecretKeys:
    if path.stat().st_mode & 0o077:
        raise Unavailable(
            text(
                f"密钥文件 {path} 可被其他用户读取，请执行：chmod 600 {path}",
                f"The key file {path} is open to other users; run: chmod 600 {path}",
            )
        )
    try:
        found: Any = json.loads(path.read_bytes())
        keys = {
            str(each): base64.b64decode(key, validate=True) for each, key in found["keys"].items()
        }
        current = str(found["current"])
        fine = current in keys and all(len(key) >= KEY_BYTES for key in keys.values())
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        fine = False
    if not fine:
        raise Unavailable(
            text(
                f"{path} 不是有效的密钥文件，请从备份恢复；没有它，已加密的数据无法读取。",
                f"{path} is no valid key file: restore it from a backup. "
                "Without it nothing encrypted can be read.",
            )
        )
    return SecretKeys(current, keys)


def _write_beside(path: Path, keys: SecretKeys) -> Path:
    """Writes the keys whole into a file beside it, on disk before its name is used."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    shown = {each: base64.b64encode(key).decode() for each, key in keys.keys.items()}
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as file:
        json.dump({"current": keys.current, "keys": shown}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return beside


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    # The folder is locked, not the file: that one is replaced while others wait for it.
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise Unavailable(
            text(
                f"无法读写密钥文件 {path}：{fault.strerror}",
                f"The key file {path} cannot be read or written: {fault.strerror}",
            )
        ) from fault
