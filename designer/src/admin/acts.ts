import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { languageNow } from "@/text/set-up"
import { zhCN } from "@/text/zh-CN"

type Audited = keyof typeof zhCN.admin.audited
const AUDITED = Object.keys(zhCN.admin.audited) as Audited[]
const keyOf = (act: string) => act.replace(".", "_")

/** What acts are called: those of roles as the server says, what only the trail records as here. */
export function useActNames() {
  const { t } = useTranslation()
  const acts = useRead("list_acts", {})
  const granted = (acts.data?.items ?? []).map(({ act, name }) => ({
    value: act,
    label: languageNow() === "en" ? name.en : name.zh,
  }))
  const known = new Set<string>(granted.map((one) => keyOf(one.value)))
  const recorded = AUDITED.filter((key) => !known.has(key)).map((key) => ({
    value: actOf(key),
    label: t(`admin.audited.${key}`),
  }))
  const options = [...granted, ...recorded]
  return { options, of: (act: string) => options.find((one) => one.value === act)?.label ?? act }
}

/** "second_factor_enrol" as it is recorded: "second_factor.enrol". */
function actOf(key: Audited): string {
  return key.replace(/^(second_factor|[a-z]+)_/, "$1.")
}
