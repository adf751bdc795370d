"""Callbacks of WeCom: their signature, and what is encrypted in them.

Source: platform document "加解密方案说明".

    signature = SHA-1 of token, timestamp, nonce and cipher text, sorted and joined
    key       = Base64 of the 43 characters of EncodingAESKey + "="; AES-256-CBC, IV = key[:16]
    plain     = 16 random bytes + length (4 bytes, big-endian) + message + receive id, PKCS #7 to 32

The receive id is the corp id for a company's own app. Every fault is one and the same refusal, so
that nobody learns from it where a forged text went wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from engine.core.errors import Unauthenticated
from engine.core.text import text
from engine.core.wording import Wrong

_BLOCK = 32  # of the padding; the cipher's own is 16


def sign(token: str, timestamp: str, nonce: str, cipher_text: str) -> str:
    joined = "".join(sorted((token, timestamp, nonce, cipher_text))).encode("utf-8", "replace")
    # SHA-1 is the platform's; what is signed is encrypted besides.
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def is_signed(token: str, timestamp: str, nonce: str, cipher_text: str, given: str) -> bool:
    made = sign(token, timestamp, nonce, cipher_text)
    return hmac.compare_digest(made.encode(), given.encode("utf-8", "replace"))


def decrypt(aes_key: str, cipher_text: str, receive_id: str) -> bytes:
    """The message within a cipher text (Base64); Unauthenticated when it is not for us."""
    key = key_of(aes_key)
    try:
        raw = base64.b64decode(cipher_text, validate=True)
    except ValueError:
        raise refused() from None
    if not raw or len(raw) % 16:
        raise refused()
    worker = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = worker.update(raw) + worker.finalize()
    padding = plain[-1]
    if (
        not 1 <= padding <= min(_BLOCK, len(plain))
        or plain[-padding:] != bytes([padding]) * padding
    ):
        raise refused()
    content = plain[16:-padding]
    length = int.from_bytes(content[:4], "big")
    message, rest = content[4 : 4 + length], content[4 + length :]
    if len(message) != length or not hmac.compare_digest(rest, receive_id.encode()):
        raise refused()
    return message


def key_of(aes_key: str) -> bytes:
    """The AES key behind an EncodingAESKey; ValueError unless it is 43 Base64 characters."""
    if len(aes_key) != 43:
        raise Wrong("EncodingAESKey 应为 43 个字符", "an EncodingAESKey has 43 characters")
    try:
        # The last character holds two bits more than fit, which some consoles leave set.
        key = base64.b64decode(aes_key + "=")
    except ValueError:
        raise Wrong("EncodingAESKey 应为 Base64 文字", "an EncodingAESKey is Base64") from None
    if len(key) != 32:
        raise Wrong("EncodingAESKey 应为 Base64 文字", "an EncodingAESKey is Base64")
    return key


def refused() -> Unauthenticated:
    return Unauthenticated(text("回调校验未通过", "The callback is refused"))
