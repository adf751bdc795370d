"""One call of the Douyin shop API: token, signature, answer, and what an error means.

Every call made here may be repeated without harm (reads, a remark that replaces itself, a shipment
with a request id), so an answer that never came is RetryLater and not NoAnswer.

Sources: platform documents "API 调用指南" (parameters), "平台基础错误码汇总" (codes),
"生成 token" and "刷新 token" (a self-use app asks per shop; a token lasts seven days; within its
last hour a refresh gives a new one, before that the same one).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors import HTTP_ERRORS, exchange, hide, read_json
from connectors.douyin.signing import SIGN_METHOD, VERSION, sign, write_params, write_timestamp
from engine.core.connector import Link
from engine.core.errors import GiveUp, NoAnswer, RetryLater, StepError
from engine.core.text import Text, text

ACCESS, REFRESH = "access_token", "refresh_token"
BEFORE_END = timedelta(minutes=30)  # inside the hour in which a refresh gives a new token
WEEK = timedelta(days=7)

EXPIRED = {
    "isv.access-token-expired",
    "isv.access-token-no-existed",
    "isv.access-token-invalid",
    "isv.access-token-missing",
}
_OK = "10000"
_LIMITED = "60000"
_OVERLOADED = {"20000", "20001"}
_OFF = {"isp.api-service-off", "isp.comment-service-off"}  # withdrawn: waiting changes nothing

ERRORS: Mapping[str, Text] = {
    **HTTP_ERRORS,
    "isv.parameter-invalid": text("参数不符合平台要求", "a parameter is not what it must be"),
    "isv.parameter-missing": text("缺少必填参数", "a parameter is missing"),
    "isv.business-failed": text("平台业务校验不通过", "refused by the platform's own rules"),
    "isv.app-permissions-insufficient": text("应用没有该接口权限", "the app has no permission"),
    "isv.signature-invalid": text("签名不对，请检查应用密钥", "wrong signature: check the secret"),
    "dop.authorization-no-existed": text("店铺授权已失效", "the shop's authorisation has ended"),
    "dop.authorization-closed": text("店铺已关闭授权", "the shop has closed the authorisation"),
    "dop.token-generate-failed": text("换取令牌失败", "no token could be obtained"),
    "isp.api-service-off": text("接口已下线", "the interface was withdrawn"),
}


def ask(link: Link, method: str, params: Mapping[str, Any]) -> Any:
    """The `data` of one call, e.g. ask(link, "order.orderDetail", {"shop_order_id": "6921"}).

    A token that is refused is renewed once and the call made again. RetryLater: not reached, rate
    limit (60000, isv.traffic-limited), the platform's own trouble (isp.*, 20000, 20001). GiveUp:
    everything else, `code` being the platform's sub code without its tail.
    """
    token = link.tokens.get(ACCESS) or new_token(link)
    body = _send(link, method, params, token)
    if _family(body) in EXPIRED:
        token = renew_token(link, token)
        body = _send(link, method, params, token)
    return _data(link, method, body, token)


def renew_token(link: Link, refused: str) -> str:
    """Another token than the refused one: another worker's if there is one by now, else a new."""
    held = link.tokens.get(ACCESS)
    if held is not None and held != refused:
        return held
    link.tokens.drop(ACCESS)
    return new_token(link)


def new_token(link: Link) -> str:
    """A token by refreshing, where a refresh token is left, else by the shop's authorisation."""
    refresh = link.tokens.get(REFRESH)
    if refresh is not None:
        params = {"grant_type": "refresh_token", "refresh_token": refresh}
        try:
            return _keep(link, _token_data(link, "token.refresh", params, refresh))
        except GiveUp:
            link.tokens.drop(REFRESH)  # used up or too old; the authorisation still counts
    params = {
        "code": "",
        "grant_type": "authorization_self",
        "shop_id": link.credentials.shop_id,
    }
    return _keep(link, _token_data(link, "token.create", params, ""))


def _token_data(link: Link, method: str, params: Mapping[str, Any], hidden: str) -> Any:
    return _data(link, method, _send(link, method, params, None), hidden)


def _keep(link: Link, data: Any) -> str:
    token = data.get("access_token") if isinstance(data, Mapping) else None
    if not isinstance(token, str) or not token:
        raise GiveUp(ERRORS["bad_answer"], code="bad_answer")
    try:
        lasts_for = min(timedelta(seconds=int(data.get("expires_in") or 0)), WEEK)
    except (TypeError, ValueError, OverflowError):
        lasts_for = timedelta(0)
    # A token in its last minutes is still used, but asked for again the next time.
    link.tokens.put(ACCESS, token, max(lasts_for - BEFORE_END, timedelta(minutes=1)))
    refresh = data.get("refresh_token")
    if isinstance(refresh, str) and refresh:
        link.tokens.put(REFRESH, refresh, 2 * WEEK)
    return token


def _send(
    link: Link, method: str, params: Mapping[str, Any], token: str | None
) -> Mapping[str, Any]:
    """One signed request and the whole answer as it came."""
    key, secret = link.credentials.app_key, link.credentials.app_secret.get_secret_value()
    body, timestamp = write_params(params), write_timestamp(link.now())
    query = {
        "method": method,
        "app_key": key,
        "timestamp": timestamp,
        "v": VERSION,
        "sign_method": SIGN_METHOD,
        "sign": sign(key, secret, method, body, timestamp),
    }
    if token is not None:
        query["access_token"] = token
    try:
        response = exchange(
            link.client,
            "POST",
            f"{link.settings.base_url}/{method.replace('.', '/')}",
            params=query,
            headers={"Content-Type": "application/json;charset=UTF-8"},
            content=body.encode(),
            secrets=[secret, token or "", str(params.get("refresh_token", ""))],
        )
    except NoAnswer as fault:
        raise RetryLater(fault.message) from None
    answer = read_json(response)
    if not isinstance(answer, Mapping):
        raise GiveUp(ERRORS["bad_answer"], code="bad_answer")
    return answer


def _family(body: Mapping[str, Any]) -> str:
    """The sub code without its tail: "isv.business-failed:2010326" -> "isv.business-failed"."""
    return str(body.get("sub_code") or "").partition(":")[0].strip()[:60]


def _data(link: Link, method: str, body: Mapping[str, Any], hidden: str) -> Any:
    code = str(body.get("code", ""))
    # Older interfaces answer with err_no alone.
    if code == _OK or (not code and body.get("err_no") == 0):
        return body.get("data")
    raise _refusal(link, method, body, hidden)


def _refusal(link: Link, method: str, body: Mapping[str, Any], hidden: str) -> StepError:
    code, family = str(body.get("code", "")), _family(body)
    said = str(body.get("sub_msg") or body.get("msg") or body.get("message") or code)[:300]
    said = hide(said, [link.credentials.app_secret.get_secret_value(), hidden])
    message = text(f"抖店 {method} 返回：{said}", f"Douyin {method} answered: {said}")
    if code == _LIMITED or family == "isv.traffic-limited":
        return RetryLater(message, after=timedelta(seconds=2))
    if family in EXPIRED:
        return GiveUp(message, code="unauthorized")
    if family not in _OFF and (
        code in _OVERLOADED or family.startswith(("isp.", "dop.service-error"))
    ):
        return RetryLater(message)
    return GiveUp(message, code=family or (f"code_{code[:20]}" if code else "refused"))
