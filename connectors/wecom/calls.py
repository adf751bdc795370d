"""One call of the WeCom API: token, answer, and what an error code means.

Sources: platform documents "获取 access_token" (GET with corp id and secret; lasts two hours or
so; asked for again it is the same one), "全局错误码" (codes) and "访问频率限制" (45009).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors import HTTP_ERRORS, exchange, hide, read_json
from engine.core.connector import Link
from engine.core.errors import GiveUp, NoAnswer, RetryLater, StepError
from engine.core.text import Text, text

ACCESS = "access_token"
BEFORE_END = timedelta(minutes=5)

EXPIRED = {40014, 42001, 41001}  # invalid, expired, missing
BUSY, LIMITED, TOO_MANY_AT_ONCE = -1, 45009, 45033
NO_RELATION = 84061

ERRORS: Mapping[str, Text] = {
    **HTTP_ERRORS,
    "40001": text("应用 Secret 不对", "the app secret is wrong"),
    "40013": text("企业 ID 不对", "the corp id is wrong"),
    "40096": text("客户编号不合法", "no such contact id"),
    "48002": text("应用没有该接口权限", "the app has no permission"),
    "60011": text("成员不在应用的可见范围内", "the employee is outside the app's scope"),
    "60020": text("服务器 IP 不在可信名单内", "this server's address is not on the allow-list"),
    "84061": text("员工与客户不是好友", "the employee and the contact are not connected"),
}


def ask(
    link: Link,
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    is_repeatable: bool = True,
) -> Mapping[str, Any]:
    """The whole answer of one call, e.g. ask(link, "GET", "user/list", query={...}).

    A token that is refused is renewed once and the call made again. RetryLater: not reached, -1,
    rate limits. GiveUp: any other error, its code as text ("84061"). An answer that never came is
    NoAnswer where the call must not be made twice (`is_repeatable` false).
    """
    token = link.tokens.get(ACCESS) or _new_token(link)
    answer = _send(link, method, path, query, body, token, is_repeatable)
    if answer.get("errcode") in EXPIRED:
        token = _renew_token(link, token)
        answer = _send(link, method, path, query, body, token, is_repeatable)
    _check(link, path, answer, token)
    return answer


def _renew_token(link: Link, refused: str) -> str:
    """Another worker's token if there is one by now, else a new one."""
    held = link.tokens.get(ACCESS)
    if held is not None and held != refused:
        return held
    link.tokens.drop(ACCESS)
    return _new_token(link)


def _new_token(link: Link) -> str:
    secret = link.credentials.secret.get_secret_value()
    query = {"corpid": link.credentials.corp_id, "corpsecret": secret}
    answer = _exchange(link, "GET", "gettoken", query, None, "", is_repeatable=True)
    _check(link, "gettoken", answer, "")
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise GiveUp(ERRORS["bad_answer"], code="bad_answer")
    seconds = answer.get("expires_in")
    lasts_for = timedelta(seconds=seconds if isinstance(seconds, int) else 0)
    link.tokens.put(
        ACCESS, token, max(min(lasts_for, timedelta(days=1)) - BEFORE_END, timedelta(minutes=1))
    )
    return token


def _send(
    link: Link,
    method: str,
    path: str,
    query: Mapping[str, Any] | None,
    body: Mapping[str, Any] | None,
    token: str,
    is_repeatable: bool,
) -> Mapping[str, Any]:
    params = {"access_token": token, **(query or {})}
    return _exchange(link, method, path, params, body, token, is_repeatable=is_repeatable)


def _exchange(
    link: Link,
    method: str,
    path: str,
    params: Mapping[str, Any],
    body: Mapping[str, Any] | None,
    token: str,
    *,
    is_repeatable: bool,
) -> Mapping[str, Any]:
    try:
        response = exchange(
            link.client,
            method,
            f"{link.settings.base_url}/cgi-bin/{path}",
            params=params,
            json=body,
            secrets=[link.credentials.secret.get_secret_value(), token],
        )
    except NoAnswer as fault:
        if is_repeatable:
            raise RetryLater(fault.message) from None
        raise
    answer = read_json(response)
    if not isinstance(answer, Mapping) or not isinstance(answer.get("errcode", 0), int):
        raise GiveUp(ERRORS["bad_answer"], code="bad_answer")
    return answer


def _check(link: Link, path: str, answer: Mapping[str, Any], token: str) -> None:
    code = answer.get("errcode", 0)
    if code:
        raise _refusal(link, path, code, str(answer.get("errmsg") or "")[:300], token)


def _refusal(link: Link, path: str, code: int, said: str, token: str) -> StepError:
    said = hide(said, [link.credentials.secret.get_secret_value(), token])
    known = ERRORS.get(str(code), text(said, said))
    message = text(
        f"企业微信 {path} 返回 {code}：{known['zh']}",
        f"WeCom {path} answered {code}: {known['en']}",
    )
    if code == LIMITED:
        return RetryLater(message, after=timedelta(minutes=1))
    if code in (BUSY, TOO_MANY_AT_ONCE):
        return RetryLater(message)
    return GiveUp(message, code="unauthorized" if code in EXPIRED else str(code))
