"""Whose event is it: the rule of the room's README, case by case."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.customers.identity import (
    KINDS,
    Found,
    Identity,
    MergeCandidates,
    New,
    follow_alias,
    identify,
    is_id_card,
    is_strong,
    normalise,
    normalise_all,
)

PHONE = Identity("phone", "+8613900001234")
OTHER_PHONE = Identity("phone", "+8613900005678")
UNION = Identity("unionid", "oUnionLin")
OTHER_UNION = Identity("unionid", "oUnionZhou")
WECOM = Identity("wecom_external_userid", "wmLin")
DOUYIN = Identity("douyin_open_id", "dyLin")
COOKIE = Identity("cookie", "c1")
DEVICE = Identity("device", "d1")
LANDLINE = Identity("phone", "+861088886666")


def test_nobody_known_is_new():
    assert identify([PHONE, DOUYIN], {}) == New((PHONE, DOUYIN))
    assert identify([], {}) == New(())


def test_one_strong_identity_finds_and_brings_the_others():
    assert identify([DOUYIN, PHONE], {PHONE: "cus_1"}) == Found("cus_1", (DOUYIN,))
    assert identify([PHONE], {PHONE: "cus_1"}) == Found("cus_1", ())
    own_kind = Identity("loyalty_card", "88")
    assert identify([own_kind], {own_kind: "cus_1"}) == Found("cus_1", ())


def test_two_customers_are_candidates_and_the_surer_identity_gets_the_event():
    found = identify([DOUYIN, PHONE, WECOM], {DOUYIN: "cus_2", PHONE: "cus_1"})
    assert found == MergeCandidates(("cus_1", "cus_2"), "cus_1", (WECOM,), (PHONE, DOUYIN))


def test_a_second_unionid_is_a_second_person():
    held = {"cus_1": [PHONE, UNION]}
    found = identify([PHONE, OTHER_UNION], {PHONE: "cus_1"}, held)
    assert found == MergeCandidates(("cus_1",), None, (OTHER_UNION,), (OTHER_UNION,))
    # Two phones are nothing strange.
    again = identify([UNION, OTHER_PHONE], {UNION: "cus_1"}, held)
    assert again == Found("cus_1", (OTHER_PHONE,))


def test_a_weak_identity_speaks_only_when_no_strong_one_is_known():
    assert identify([COOKIE], {COOKIE: "cus_1"}) == Found("cus_1", ())
    # Seen on a device, now logged in: the same person.
    assert identify([COOKIE, PHONE], {COOKIE: "cus_1"}) == Found("cus_1", (PHONE,))
    # Somebody else's device: nobody is moved.
    held = {"cus_1": [COOKIE, OTHER_PHONE]}
    assert identify([COOKIE, PHONE], {COOKIE: "cus_1"}, held) == New((PHONE, COOKIE), ("cus_1",))
    assert identify([COOKIE], {COOKIE: "cus_1"}, held) == Found("cus_1", ())
    two = identify([COOKIE, DEVICE], {COOKIE: "cus_1", DEVICE: "cus_2"})
    assert two == New((DEVICE, COOKIE), ("cus_2", "cus_1"))
    assert identify([PHONE, COOKIE], {PHONE: "cus_1", COOKIE: "cus_2"}) == Found("cus_1", ())


def test_a_landline_is_weak():
    assert not is_strong(LANDLINE)
    assert is_strong(PHONE)
    held = {"cus_1": [LANDLINE, OTHER_PHONE]}
    assert isinstance(identify([LANDLINE, PHONE], {LANDLINE: "cus_1"}, held), New)


def test_aliases_are_followed_first():
    aliases = {"cus_2": "cus_1", "cus_3": "cus_2"}
    assert follow_alias("cus_3", aliases) == "cus_1"
    found = identify([PHONE, DOUYIN], {PHONE: "cus_1", DOUYIN: "cus_3"}, None, aliases)
    assert found == Found("cus_1", ())
    assert follow_alias("a", {"a": "b", "b": "a"}) == "b"


KNOWN = st.dictionaries(
    st.sampled_from([PHONE, UNION, WECOM, DOUYIN, COOKIE, DEVICE, LANDLINE]),
    st.sampled_from(["cus_1", "cus_2"]),
)


@given(st.lists(st.sampled_from([PHONE, UNION, DOUYIN, COOKIE]), max_size=3), KNOWN)
def test_the_order_of_identities_does_not_matter(brought, known):
    answers = {repr(identify(some, known)) for some in itertools.permutations(brought)}
    assert len(answers) == 1


@given(st.lists(st.sampled_from([PHONE, UNION, DOUYIN, COOKIE, DEVICE]), max_size=5), KNOWN)
def test_nothing_known_is_given_away(brought, known):
    found = identify(brought, known)
    if isinstance(found, Found | MergeCandidates):
        assert not set(found.add) & set(known)


# -- normalising ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "written", "stored"),
    [
        ("phone", "139 0000 1234", "+8613900001234"),
        ("receiver_phone", "138****1234", ""),
        ("unionid", " o6_bmasdasdsad6_2sgVt7hMZOPfL ", "o6_bmasdasdsad6_2sgVt7hMZOPfL"),
        ("unionid", "\u200boUnion\ufeff", "oUnion"),
        ("email", " Lin.WanQiu@Example.COM ", "lin.wanqiu@example.com"),
        ("email", "lin@", ""),
        ("email", "a b@example.com", ""),
        ("email", "li***@example.com", ""),
        ("taobao_buyer", "晚**", ""),
        ("taobao_buyer", "晚秋", "晚秋"),
        ("id_card", "11010519491231002x", "11010519491231002X"),
        ("id_card", "110105194912310021", ""),
        ("cookie", "", ""),
        ("cookie", "   ", ""),
        ("anything", "x" * 201, ""),
    ],
)
def test_normalising(kind, written, stored):
    assert normalise(kind, written) == stored


def test_a_list_is_normalised_without_repetition():
    rows = [
        {"kind": "phone", "value": "139 0000 1234"},
        {"kind": "phone", "value": "+86 13900001234"},
        {"kind": "phone", "value": "138****1234"},
        {"kind": "email", "value": "A@b.cn"},
    ]
    assert normalise_all(rows) == (PHONE, Identity("email", "a@b.cn"))


@given(st.sampled_from([*KINDS, "own_kind"]), st.text(max_size=40))
def test_normalising_twice_is_normalising_once(kind, written):
    once = normalise(kind, written)
    assert normalise(kind, once) == once


def test_id_cards():
    # The number the standard itself gives as its example.
    assert is_id_card("11010519491231002X")
    assert not is_id_card("11010519491331002X")
    assert not is_id_card("\uff11" * 18)
    assert not is_id_card("")
