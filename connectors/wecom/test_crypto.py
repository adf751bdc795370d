"""Encryption of callbacks against published values, and against a peer that shares no code."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wecom.conftest import AES_KEY, CORP, seal, signature
from connectors.wecom.crypto import decrypt, is_signed, key_of
from engine.core.errors import Unauthenticated

FILE = Path(__file__).parent / "recordings" / "callback_vectors.json"
VECTORS = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["nonce"])
def test_the_published_vectors_are_met(vector: dict[str, Any]) -> None:
    signed = [vector[name] for name in ("token", "timestamp", "nonce", "cipher")]
    assert is_signed(*signed, vector["signature"])
    assert signature(*signed) == vector["signature"]  # the peer of the tests agrees as well
    for at in range(4):
        changed = [part + "0" if place == at else part for place, part in enumerate(signed)]
        assert not is_signed(*changed, vector["signature"])
    plain = decrypt(vector["aes_key"], vector["cipher"], vector["corp_id"]).decode()
    assert plain == vector.get("plain", plain)
    for part in vector.get("holds", []):
        assert part in plain
    if "random" in vector:
        made = seal(
            plain.encode(),
            aes_key=vector["aes_key"],
            receive_id=vector["corp_id"],
            random=vector["random"].encode(),
        )
        assert made == vector["cipher"]


@given(st.binary(max_size=500))
def test_what_the_peer_seals_is_opened(message: bytes) -> None:
    assert decrypt(AES_KEY, seal(message), CORP) == message


@pytest.mark.parametrize(
    "cipher",
    [
        "",
        "AAAA",
        "不是",
        "A" * 64 + "!",
        seal(b"a", receive_id="wwAnother"),
        seal(b"a", receive_id=""),
        seal(b"a", receive_id=CORP + "x"),
        seal(b"a", aes_key="b" * 42 + "E"),
        seal(b"a", length=2),
        seal(b"a", length=0),
        seal(b"a", length=2**32 - 1),
        seal(b"a" * 15, padding=b"\x00" * 17),
        seal(b"a" * 15, padding=b"\x21" * 17),
        seal(b"a" * 15, padding=b"\x01" * 16 + b"\x02"),
        seal(b"", random=b"", receive_id="", length=0, padding=b"\x0c" * 12),
    ],
)
def test_what_is_not_for_us_is_refused_in_the_same_words(cipher: str) -> None:
    with pytest.raises(Unauthenticated) as fault:
        decrypt(AES_KEY, cipher, CORP)
    assert str(fault.value) == "The callback is refused"


@given(st.binary(max_size=200).map(lambda raw: raw[: len(raw) // 16 * 16]))
def test_noise_is_refused(raw: bytes) -> None:
    with pytest.raises(Unauthenticated):
        decrypt(AES_KEY, base64.b64encode(raw).decode(), CORP)


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "!" * 43, "密" * 43])
def test_a_key_is_43_characters(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        key_of(key)
