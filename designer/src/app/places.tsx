import {
  AccountBookOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BarChartOutlined,
  CalculatorOutlined,
  CalendarOutlined,
  CheckSquareOutlined,
  DiffOutlined,
  ExperimentOutlined,
  FileDoneOutlined,
  FileTextOutlined,
  FormOutlined,
  FundOutlined,
  HistoryOutlined,
  HomeOutlined,
  IdcardOutlined,
  ImportOutlined,
  KeyOutlined,
  LockOutlined,
  PartitionOutlined,
  PercentageOutlined,
  PullRequestOutlined,
  ScheduleOutlined,
  SettingOutlined,
  ShoppingOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  UserOutlined,
  WarningOutlined,
} from "@ant-design/icons"
import type { ReactNode } from "react"
import { isOnlyPartner } from "@/api/session"
import type { zhCN } from "@/text/zh-CN"

export interface Place {
  name: keyof typeof zhCN.menu
  path: string
  icon: ReactNode
  /** Whoever holds none of these does not see it. */
  acts?: string[]
  /** Though they may: it would be in their way. */
  isHidden?: (may: (act: string) => boolean) => boolean
  inside?: Place[]
}

/** The menu, in the order of a working day. */
export const PLACES: Place[] = [
  { name: "home", path: "/", icon: <HomeOutlined />, isHidden: isOnlyPartner },
  { name: "tasks", path: "/tasks", icon: <CheckSquareOutlined />, acts: ["tasks.answer"] },
  { name: "flows", path: "/flows", icon: <PartitionOutlined />, acts: ["flows.read"] },
  {
    name: "simulations",
    path: "/simulations",
    icon: <ExperimentOutlined />,
    acts: ["runs.read"],
  },
  { name: "templates", path: "/templates", icon: <AppstoreOutlined />, acts: ["templates.read"] },
  { name: "runs", path: "/runs", icon: <HistoryOutlined />, acts: ["runs.read"] },
  { name: "incidents", path: "/incidents", icon: <WarningOutlined />, acts: ["runs.read"] },
  { name: "connections", path: "/connections", icon: <ApiOutlined />, acts: ["connections.read"] },
  { name: "products", path: "/products", icon: <ShoppingOutlined />, acts: ["products.read"] },
  {
    name: "settlement",
    path: "/settlement",
    icon: <AccountBookOutlined />,
    inside: [
      {
        name: "cards",
        path: "/settlement/cards",
        icon: <PercentageOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "trial",
        path: "/settlement/trial",
        icon: <CalculatorOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "parties",
        path: "/settlement/parties",
        icon: <IdcardOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "entries",
        path: "/settlement/entries",
        icon: <FileTextOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "periods",
        path: "/settlement/periods",
        icon: <CalendarOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "statements",
        path: "/settlement/statements",
        icon: <FileDoneOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "budgets",
        path: "/settlement/budgets",
        icon: <FundOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "adjustments",
        path: "/settlement/adjustments",
        icon: <FormOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "reconcile",
        path: "/settlement/reconcile",
        icon: <DiffOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "reports",
        path: "/settlement/reports",
        icon: <BarChartOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "locks",
        path: "/settlement/locks",
        icon: <LockOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "requests",
        path: "/settlement/requests",
        icon: <PullRequestOutlined />,
        acts: ["settlement.read"],
      },
      {
        name: "opening",
        path: "/settlement/opening",
        icon: <ImportOutlined />,
        acts: ["settlement.edit"],
      },
    ],
  },
  {
    name: "ownStatements",
    path: "/settlement/statements",
    icon: <FileDoneOutlined />,
    acts: ["settlement.own"],
    isHidden: (may) => may("settlement.read"),
  },
  {
    name: "admin",
    path: "/admin",
    icon: <SettingOutlined />,
    inside: [
      { name: "users", path: "/admin/users", icon: <UserOutlined />, acts: ["users.read"] },
      { name: "roles", path: "/admin/roles", icon: <TeamOutlined />, acts: ["roles.read"] },
      { name: "org", path: "/admin/org", icon: <ApartmentOutlined />, acts: ["org.read"] },
      {
        name: "calendars",
        path: "/admin/calendars",
        icon: <ScheduleOutlined />,
        acts: ["calendars.edit"],
      },
      {
        name: "eventTypes",
        path: "/admin/event-types",
        icon: <ThunderboltOutlined />,
        acts: ["flows.edit"],
      },
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
    if (place.isHidden?.(may)) return []
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
