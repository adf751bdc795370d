import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { languageNow } from "@/text/set-up"
import { zhCN } from "@/text/zh-CN"
import { useRead } from "./queries"
import { useMay } from "./session"
import type { Role } from "./types"

/** Names of flows by key, as far as the person may see flows; otherwise the key stands for itself. */
export function useFlowNames(): (key: string | null) => string {
  const may = useMay()
  const list = useRead("list_flows", { query: { limit: 200 } }, { enabled: may("flows.read") })
  const names = useMemo(
    () => new Map(list.data?.items.map((flow) => [flow.key, flow.name])),
    [list.data],
  )
  return (key) => (key ? (names.get(key) ?? key) : "—")
}

/** Names of people by id, as far as the person may see users. */
export function usePeopleNames(): (id: string | null) => string {
  const { t } = useTranslation()
  const may = useMay()
  const list = useRead("list_users", { query: { limit: 200 } }, { enabled: may("users.read") })
  const names = useMemo(
    () => new Map(list.data?.items.map((user) => [user.id, user.name])),
    [list.data],
  )
  return (id) => (!id ? "—" : id === "system" ? t("word.system") : (names.get(id) ?? id))
}

/** The built-in roles: everybody may know what they are called. */
const BUILT_IN = Object.keys(zhCN.role) as (keyof typeof zhCN.role)[]

/** Roles of the company: options to choose from, and the name of each by its key. */
export function useRoles(): {
  options: { value: string; label: string }[]
  nameOf: (key: string) => string
} {
  const { t } = useTranslation()
  const may = useMay()
  const list = useRead("list_roles", { query: { limit: 200 } }, { enabled: may("roles.read") })
  const options =
    list.data?.items.map((role) => ({ value: role.key, label: nameOfRole(role) })) ??
    BUILT_IN.map((key) => ({ value: key, label: t(`role.${key}`) }))
  return { options, nameOf: (key) => options.find((one) => one.value === key)?.label ?? key }
}

export function nameOfRole({ name }: Role): string {
  if (typeof name === "string") return name
  return languageNow() === "en" ? name.en : name.zh
}

/** Names of org units by id, as far as the person may see them. */
export function useUnitNames(): (id: string | null) => string {
  const may = useMay()
  const list = useRead("list_org_units", { query: { limit: 200 } }, { enabled: may("org.read") })
  return (id) => (id ? (list.data?.items.find((each) => each.id === id)?.name ?? id) : "—")
}

/** Names of the library's scenes by "key@version" or key, as far as the person may see them. */
export function useSceneNames(): (scene: string) => string {
  const may = useMay()
  const list = useRead("list_templates", {}, { enabled: may("templates.read") })
  return (scene) => {
    const key = scene.split("@")[0]
    return list.data?.items.find((one) => one.key === key)?.name ?? scene
  }
}
