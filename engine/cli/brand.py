"""The demo's brand: 青禾, invented, with its people, shops, connections, money and scenes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.cli.brand_settlement import DOUYIN_SHOP, make_settlement
from engine.core.scene import wording
from engine.core.text import Text, text
from engine.runtime.connection_setup import create_connection, update_credentials
from engine.runtime.granting import Grant
from engine.runtime.org import create_unit
from engine.runtime.principal import Principal, system
from engine.runtime.publish import create_flow, publish
from engine.runtime.scenes import install_scene, read_scene
from engine.runtime.users import create_user
from engine.runtime.world import World
from engine.settings import Settings, terminal_locale
from engine.store import accounts as account_store
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store import org as org_store

# login, name, unit, role
STAFF = (
    ("zhoumin", "周敏", "杭州西湖店", "guide"),
    ("luyao", "陆遥", "杭州滨江店", "guide"),
    ("heqing", "何青", "总部", "agent"),
    ("jiangning", "江宁", "总部", "business"),
    ("fangyu", "方瑜", "总部", "finance"),
    ("tangzhe", "唐哲", "华东大区", "operations"),
)
UNITS = (
    ("region", "华东大区", "总部"),
    ("store", "杭州西湖店", "华东大区"),
    ("store", "杭州滨江店", "华东大区"),
)
SHOP_ID = DOUYIN_SHOP
APP_KEY, APP_SECRET = "7300000000000000001", "demo-douyin-secret-of-nobody"
# key, connector, name, credentials, settings; {base} is where the stand-in listens
CONNECTIONS: tuple[tuple[str, str, str, dict[str, Any], dict[str, Any]], ...] = (
    (
        "douyin",
        "douyin",
        "青禾抖音旗舰店",
        {"app_key": APP_KEY, "app_secret": APP_SECRET, "shop_id": SHOP_ID},
        {"base_url": "{base}", "history_days": 1},
    ),
    (
        "wecom",
        "wecom",
        "青禾企业微信",
        {"corp_id": "wwdemo0000000001", "secret": "demo-wecom-secret-of-nobody"},
        {"base_url": "{base}", "sender": "zhoumin"},
    ),
    (
        "erp",
        "webhook",
        "青禾 ERP",
        {"secret": "whsec_ZGVtby1lcnAtc2VjcmV0LW9mLW5vYm9keQ=="},
        {"url": "{base}/erp"},
    ),
    ("coupons", "http", "商城发券服务", {}, {"base_url": "{base}"}),
)
# Every paid order goes to the ERP, signed, with its key: what the effects in the table are.
TO_ERP: dict[str, Any] = {
    "format": "jimu.flow/1",
    "key": "order_to_erp",
    "name": {"zh": "订单同步到 ERP", "en": "Orders to the ERP"},
    "nodes": [
        {"id": "start", "type": "event", "config": {"type": "order.paid"}},
        {
            "id": "send",
            "type": "webhook.send",
            "name": {"zh": "推送订单", "en": "Send the order"},
            "config": {
                "connection": "erp",
                "type": "order.paid",
                "subject": "{{ order.external_id }}",
                "data": {
                    "number": "{{ order.external_id }}",
                    "platform": "{{ order.platform }}",
                    "amount": "{{ order.amount }}",
                },
            },
            "retry": {"attempts": 5, "first": "PT2S"},
        },
        {
            "id": "end",
            "type": "end",
            "config": {
                "outcome": {
                    "zh": "订单 {{ order.external_id }} 已同步",
                    "en": "order {{ order.external_id }} sent",
                }
            },
        },
    ],
    "edges": [
        {"id": "e1", "from": "start", "to": "send"},
        {"id": "e2", "from": "send", "to": "end"},
    ],
}
# What a demo needs no other value of.
_OWN = {"sync_mode": "push", "on_bad_record": "review", "rate": None, "backup": None}
# Short waits, so that a demo of some minutes shows what days would.
SCENES: Mapping[str, dict[str, Any]] = {
    "vip_upgrade": {},
    "visit_coupon": {},
    "cart_recall": {"patience": "PT20S"},
    "testdrive_followup": {"days": "PT1M"},
    "reply_in_time": {"patience": "PT30S", "take_over_within": "PT2M"},
    "three_level_review": {},
}


def stand_in_port(settings: Settings) -> int:
    """Where the demo's platforms listen: beside the web's own port."""
    return settings.port + 1 if settings.port < 65535 else settings.port - 1


def stand_in_url(settings: Settings) -> str:
    return f"http://127.0.0.1:{stand_in_port(settings)}"


def make_brand(world: World, tenant: str, settings: Settings) -> Iterator[Text]:
    """Makes what is missing of the brand; a sentence for each part that was made.

    Who installed it is the installation itself. People get passwords nobody knows: an admin resets
    the one of whoever is to sign in.
    """
    who = system(tenant)
    units = _units(world, who)
    people = _people(world, who, units)
    if people:
        yield text(f"演示人员：{'、'.join(people)}", f"people of the demo: {', '.join(people)}")
    made = point_connections(world, tenant, stand_in_url(settings))
    if made:
        yield text(f"演示对接：{'、'.join(made)}", f"connections of the demo: {', '.join(made)}")
    yield from make_settlement(world, who)
    scenes = list(_scenes(world, who))
    if scenes:
        yield text(f"已发布的场景：{'、'.join(scenes)}", f"published scenes: {', '.join(scenes)}")


def _units(world: World, who: Principal) -> dict[str, str]:
    """{name: id} of the tree, made where missing; the root is called 总部 here."""
    with world.db.reading() as conn:
        root = org_store.root_unit(conn, who.tenant)
        there = org_store.list_units(conn, who.tenant, below=("/",), after="", limit=500)
    found = {str(row.name): str(row.id) for row in there}
    if root is not None:
        found["总部"] = str(root.id)
    for kind, name, parent in UNITS:
        if name not in found and parent in found:
            row = create_unit(world, who, {"kind": kind, "name": name, "parent_id": found[parent]})
            found[name] = str(row.id)
    return found


def _people(world: World, who: Principal, units: Mapping[str, str]) -> list[str]:
    made = []
    for login, name, unit, role in STAFF:
        with world.db.reading() as conn:
            if account_store.find_user_by_login(conn, who.tenant, login) is not None:
                continue
        at = units.get(unit)
        create_user(
            world,
            who,
            {"login": login, "name": name, "org_unit_id": at},
            [Grant(role, at)],
        )
        made.append(name)
    return made


def point_connections(world: World, tenant: str, base: str) -> list[str]:
    """Makes the demo's connections, or points those that are there to where the stand-in listens.

    Returns the names of those that were made. A connection whose connector is not on this machine
    is left out.
    """
    made, who = [], system(tenant)
    with world.db.reading() as conn:
        there = {row.key: row for row in connection_store.list_connections(conn, tenant)}
    for key, connector, name, credentials, written in CONNECTIONS:
        if connector not in world.registry.connectors:
            continue
        settings = {
            field: value.replace("{base}", base) if isinstance(value, str) else value
            for field, value in written.items()
        }
        values = {**_OWN, "name": name, "settings": settings}
        row = there.get(key)
        if row is None:
            new = {**values, "key": key, "connector": connector, "credentials": credentials}
            create_connection(world, who, new)
            made.append(name)
        elif any(row.settings.get(field) != value for field, value in settings.items()):
            update_credentials(world, who, key, row.revision, credentials, settings)
    return made


def _scenes(world: World, who: Principal) -> Iterator[str]:
    """Installs and publishes the scenes whose connections are there; yields their names."""
    locale = terminal_locale()
    with world.db.reading() as conn:
        there = {
            row.key: row.connector for row in connection_store.list_connections(conn, who.tenant)
        }
    if "erp" in there:
        with world.db.reading() as conn:
            known = flow_store.find_flow(conn, who.tenant, TO_ERP["key"])
        if known is None:
            create_flow(world, who, wording(TO_ERP, locale))
            publish(world, who, TO_ERP["key"])
            yield str(TO_ERP["name"][locale])
    for key, parameters in SCENES.items():
        scene = read_scene(key)
        with world.db.reading() as conn:
            taken = [
                flow_store.find_flow(conn, who.tenant, str(flow["key"])) for flow in scene.flows
            ]
        chosen = {
            needed.key: next(
                (name for name, connector in there.items() if connector in needed.types), None
            )
            for needed in scene.connections
        }
        lacks = [one.key for one in scene.connections if one.required and not chosen[one.key]]
        if any(taken) or lacks:
            continue
        given = {name: connection for name, connection in chosen.items() if connection}
        install_scene(world, who, key, parameters, given, publish_now=True, locale=locale)
        yield str(scene.name[locale])
