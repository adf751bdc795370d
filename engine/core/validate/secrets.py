"""Does a text look like a secret somebody typed where everybody can read it?"""

from __future__ import annotations

import re

# Field and header names whose value is a credential.
_NAMES = re.compile(
    r"(?:^|[_\- ])(?:password|passwd|pwd|secret|token|api[_\-]?key|apikey|access[_\-]?key|"
    r"private[_\-]?key|authorization|cookie|credentials?|app[_\-]?secret|corpsecret)(?:$|[_\- ])"
    r"|密码|口令|密钥|令牌",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Values that are a credential whatever the field is called.
_VALUES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"  # AWS
    r"|\bLTAI[0-9A-Za-z]{12,}\b"  # Aliyun
    r"|\bAKID[0-9A-Za-z]{16,}\b"  # Tencent Cloud
    r"|\bsk-[0-9A-Za-z_-]{16,}"
    r"|\bgh[pousr]_[0-9A-Za-z]{20,}"
    r"|\bxox[abprs]-[0-9A-Za-z-]{10,}"
    r"|\beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}"  # JSON web token
    r"|\b(?:Bearer|Basic)\s+[0-9A-Za-z._~+/=-]{12,}"
    r"|://[^/\s:@]{1,64}:[^/\s:@]{3,64}@"  # an address with user and password
    r"|(?:password|passwd|pwd|secret|token|密码|口令|密钥)\s*[:=:]\s*[^\s,;,;。{]{6,}",
    re.IGNORECASE,
)
SHORTEST = 6


def looks_secret(name: str, value: str) -> bool:
    """Whether a literal value is likely a credential; one made of references never is."""
    if "{{" in value:
        value = re.sub(r"\{\{.*?\}\}", "", value, flags=re.DOTALL)
    written = value.strip()
    if len(written) < SHORTEST:
        return False
    named = _NAMES.search(_CAMEL.sub("_", name)) is not None
    # A sentence about a password is no password.
    return (named and not any(char.isspace() for char in written)) or bool(_VALUES.search(value))
