"""The demo's brand: 青禾, invented, with its people, shops, connections and scenes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import templates_library
from engine.core.ids import new_id
from engine.core.text import Text, text
from engine.runtime.connections import seal_credentials
from engine.runtime.granting import Grant
from engine.runtime.installing import install_scene
from engine.runtime.org import create_unit
from engine.runtime.principal import Principal, system
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
SHOP_ID = "4463798"
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
        yield text(f"演示人员:{'、'.join(people)}", f"people of the demo: {', '.join(people)}")
    made = point_connections(world, tenant, stand_in_url(settings))
    if made:
        yield text(f"演示对接:{'、'.join(made)}", f"connections of the demo: {', '.join(made)}")
    scenes = list(_scenes(world, who))
    if scenes:
        yield text(f"已发布的场景:{'、'.join(scenes)}", f"published scenes: {', '.join(scenes)}")


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
            row = create_unit(
                world, who, {"kind": kind, "name": name, "parent_id": found[parent]}
            )
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
    made, now = [], world.now()
    for key, connector, name, credentials, settings in CONNECTIONS:
        if connector not in world.registry.connectors:
            continue
        wanted = {
            field: value.replace("{base}", base) if isinstance(value, str) else value
            for field, value in settings.items()
        }
        with world.db.begin() as conn:
            row = connection_store.find_connection(conn, tenant, key)
            if row is None:
                id_ = new_id("con", now)
                sealed = seal_credentials(world, tenant, id_, credentials)
                values = _row(id_, tenant, key, connector, name, wanted, sealed, now)
                connection_store.insert_connection(conn, values)
                flow_store.bump(conn, tenant)
                made.append(name)
            elif row.settings != wanted:
                connection_store.save_connection(
                    conn, tenant, key, row.revision, {"settings": wanted, "updated_at": now}
                )
                flow_store.bump(conn, tenant)
    return made


def _row(
    id_: str,
    tenant: str,
    key: str,
    connector: str,
    name: str,
    settings: Mapping[str, Any],
    sealed: str,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": id_,
        "tenant": tenant,
        "key": key,
        "connector": connector,
        "name": name,
        "credentials": sealed,
        "settings": dict(settings),
        "mapping": None,
        "sync_mode": "push",
        "on_bad_record": "review",
        "status": "active",
        "revision": 1,
        "failures": 0,
        "created_at": now,
        "updated_at": now,
    }


def _scenes(world: World, who: Principal) -> Iterator[str]:
    """Installs and publishes the scenes whose connections are there; yields their names."""
    locale = terminal_locale()
    with world.db.reading() as conn:
        there = {
            row.key: row.connector for row in connection_store.list_connections(conn, who.tenant)
        }
    for key, parameters in SCENES.items():
        scene = templates_library.scene(key)
        with world.db.reading() as conn:
            known = [
                flow_store.find_flow(conn, who.tenant, str(flow["key"])) for flow in scene.flows
            ]
        chosen = {
            needed.key: next(
                (name for name, connector in there.items() if connector in needed.types), ""
            )
            for needed in scene.connections
        }
        lacks = [one.key for one in scene.connections if one.required and not chosen[one.key]]
        if any(known) or lacks:
            continue
        install_scene(world, who, scene, parameters, chosen, locale=locale)
        yield str(scene.name[locale])
