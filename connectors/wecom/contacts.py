"""Contacts of WeCom as canonical customers.

Sources: platform documents "获取客户详情" and "批量获取客户详情": the same contact, with those who
added it as `follow_user` (all of them, tags with names) or `follow_info` (one, tag ids only).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.core.records import write_moment

_GENDERS = {0: "unknown", 1: "male", 2: "female"}
# "添加方式" of the same documents.
ADD_WAYS = {
    1: "扫描二维码",
    2: "搜索手机号",
    3: "名片分享",
    4: "群聊",
    5: "手机通讯录",
    6: "微信联系人",
    8: "安装第三方应用时自动添加",
    9: "搜索邮箱",
    10: "视频号添加",
    16: "获客链接",
    24: "微信客服",
    201: "内部成员共享",
    202: "管理员分配",
}
_LATEST = 7_258_118_400  # the year 2200, where canonical moments end


def read_contact(
    contact: Mapping[str, Any],
    follows: Sequence[Mapping[str, Any]],
    user: str = "",
    tag_names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A contact as a canonical customer, seen by the employee `user` where it matters.

    Without `user`, the employee who added it first owns it. `tag_names` are names by tag id, for
    answers that hold only ids.
    """
    ordered = sorted(follows, key=_added_at)
    own = next((one for one in ordered if one.get("userid") == user), None)
    follow = own or (ordered[0] if ordered else {})
    mobiles = [
        number
        for one in ordered
        for number in _list(one, "remark_mobiles")
        if isinstance(number, str) and number.strip()
    ]
    found = {
        "name": _text(follow, "remark"),
        "nick": _text(contact, "name"),
        "gender": _GENDERS.get(_number(contact, "gender")) if "gender" in contact else None,
        "tags": _tags(ordered, tag_names or {}),
        "owner_user": _text(follow, "userid", 128) or user or None,
        "source": _text(follow, "state") or ADD_WAYS.get(_number(follow, "add_way")),
        "created_at": moment(_number(ordered[0], "createtime")) if ordered else None,
        "identities": identities(
            _text(contact, "external_userid") or "", _text(contact, "unionid"), mobiles
        ),
        "fields": _filled(
            {
                "contact_type": {1: "wechat", 2: "wecom"}.get(_number(contact, "type")),
                "corp_name": _text(contact, "corp_name"),
                "position": _text(contact, "position"),
                "description": _text(follow, "description", 1000),
                "state": _text(follow, "state"),
                "add_way": _number(follow, "add_way") or None,
                "followers": [_text(one, "userid") for one in ordered if _text(one, "userid")],
            }
        ),
    }
    return _filled(found)


def identities(
    external_userid: str, unionid: str | None = None, mobiles: Sequence[str] = ()
) -> list[dict[str, str]]:
    """All handles of a contact; a mobile an employee noted down counts as theirs."""
    found = [{"kind": "wecom_external_userid", "value": external_userid}]
    if unionid:
        found.append({"kind": "unionid", "value": unionid})
    found += [{"kind": "phone", "value": number.strip()[:40]} for number in mobiles[:10]]
    return [one for one in found if one["value"]]


def moment(seconds: int) -> str | None:
    """UNIX seconds as a canonical moment; None for 0 and beyond what a moment can be."""
    if not 0 < seconds < _LATEST:
        return None
    return write_moment(datetime.fromtimestamp(seconds, UTC))


def _tags(follows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    """Names of the tags all employees gave, each once; personal tags (type 2) stay out."""
    found: dict[str, None] = {}
    for follow in follows:
        for tag in _list(follow, "tags"):
            if isinstance(tag, Mapping) and tag.get("type") != 2:
                found.setdefault(_text(tag, "tag_name", 64) or "")
        for id_ in _list(follow, "tag_id"):
            found.setdefault(names.get(id_, "") if isinstance(id_, str) else "")
    found.pop("", None)
    return list(found)[:500]


def _added_at(follow: Mapping[str, Any]) -> int:
    return _number(follow, "createtime")


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    value = raw.get(name)
    return value if isinstance(value, list) else []


def _text(raw: Mapping[str, Any], name: str, limit: int = 200) -> str | None:
    value = raw.get(name)
    return value.strip()[:limit] or None if isinstance(value, str) else None


def _number(raw: Mapping[str, Any], name: str) -> int:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _filled(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}
