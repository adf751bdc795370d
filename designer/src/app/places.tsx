import {
  ApartmentOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  CheckSquareOutlined,
  HistoryOutlined,
  HomeOutlined,
  KeyOutlined,
  PartitionOutlined,
  SettingOutlined,
  TeamOutlined,
  UserOutlined,
  WarningOutlined,
} from "@ant-design/icons"
import type { ReactNode } from "react"
import type { zhCN } from "@/text/zh-CN"

export interface Place {
  name: keyof typeof zhCN.menu
  path: string
  icon: ReactNode
  /** Whoever holds none of these does not see it. */
  acts?: string[]
  inside?: Place[]
}

/** The menu, in the order of a working day. */
export const PLACES: Place[] = [
  { name: "home", path: "/", icon: <HomeOutlined /> },
  { name: "tasks", path: "/tasks", icon: <CheckSquareOutlined />, acts: ["tasks.answer"] },
  { name: "flows", path: "/flows", icon: <PartitionOutlined />, acts: ["flows.read"] },
  { name: "templates", path: "/templates", icon: <AppstoreOutlined />, acts: ["templates.read"] },
  { name: "runs", path: "/runs", icon: <HistoryOutlined />, acts: ["runs.read"] },
  { name: "incidents", path: "/incidents", icon: <WarningOutlined />, acts: ["runs.read"] },
  { name: "connections", path: "/connections", icon: <ApiOutlined />, acts: ["connections.read"] },
  {
    name: "admin",
    path: "/admin",
    icon: <SettingOutlined />,
    inside: [
      { name: "users", path: "/admin/users", icon: <UserOutlined />, acts: ["users.read"] },
      { name: "roles", path: "/admin/roles", icon: <TeamOutlined />, acts: ["roles.read"] },
      { name: "org", path: "/admin/org", icon: <ApartmentOutlined />, acts: ["org.read"] },
      { name: "keys", path: "/admin/keys", icon: <KeyOutlined />, acts: ["keys.read"] },
      { name: "audit", path: "/admin/audit", icon: <AuditOutlined />, acts: ["audit.read"] },
      {
        name: "settings",
        path: "/admin/settings",
        icon: <SettingOutlined />,
        acts: ["settings.edit"],
      },
    ],
  },
]

/** What somebody with these acts sees; a group without anything in it goes. */
export function placesFor(may: (act: string) => boolean, places = PLACES): Place[] {
  return places.flatMap((place) => {
    if (place.inside) {
      const inside = placesFor(may, place.inside)
      return inside.length > 0 ? [{ ...place, inside }] : []
    }
    return !place.acts || place.acts.some(may) ? [place] : []
  })
}

/** The entry an address belongs to. */
export function placeOf(path: string, places = PLACES): Place | undefined {
  return places
    .flatMap((place) => place.inside ?? [place])
    .filter((place) => path === place.path || path.startsWith(`${place.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
}
