"""Seals what must not be readable in the database, and makes it findable all the same.

A sealed value is `<key id>.<base64 of nonce + AES-256-GCM>`; `about` is bound into it, so that a
value moved to another row or column no longer opens. A blind index is an HMAC: equal values have
equal indexes, and nobody without the key can try values out.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Mapping
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.core.errors import Unavailable
from engine.core.text import text


class Vault:
    """`keys` is {id: 32 bytes}; `current` the id that new values are sealed with."""

    def __init__(self, current: str, keys: Mapping[str, bytes], blind_key: bytes) -> None:
        self._current = current
        self._keys = dict(keys)
        self._blind_key = blind_key

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        return {name: AESGCM(key) for name, key in self._keys.items()}

    def seal(self, value: str, about: str) -> str:
        nonce = os.urandom(12)
        sealed = self._ciphers[self._current].encrypt(nonce, value.encode(), about.encode())
        return f"{self._current}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, about: str) -> str:
        """The value; Unavailable when its key is missing or it was tampered with."""
        name, _, body = sealed.partition(".")
        try:
            raw = base64.b64decode(body)
            return self._ciphers[name].decrypt(raw[:12], raw[12:], about.encode()).decode()
        except (KeyError, ValueError, InvalidTag):
            raise Unavailable(
                text(
                    "加密数据无法解开：密钥缺失，或数据被改动过",
                    "sealed data cannot be opened: its key is missing, or it was changed",
                )
            ) from None

    def blind(self, value: str, about: str) -> str:
        """The blind index of a value: 24 hex digits."""
        return hmac.digest(self._blind_key, f"{about}\x1f{value}".encode(), "sha256")[:12].hex()
