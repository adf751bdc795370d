import { Flex, Segmented } from "antd"
import { useTranslation } from "react-i18next"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { RequestRows } from "./RequestRows"
import "../settlement.css"

const STATES = ["proposed", "applied", "rejected", "withdrawn"] as const
type State = (typeof STATES)[number]

/** 变更申请: other values for what is locked, waiting for another person or answered. */
export function RequestsPage() {
  const { t } = useTranslation()
  const [state, setState] = useFilter("state")
  const chosen = STATES.find((one) => one === state)
  return (
    <Page title={t("menu.requests")} about={t("rates.request.pageAbout")}>
      <Flex className="filters">
        <Segmented<State | "all">
          aria-label={t("word.status")}
          value={chosen ?? "all"}
          options={[
            { value: "all", label: t("list.all") },
            ...STATES.map((value) => ({ value, label: t(`rates.request.states.${value}`) })),
          ]}
          onChange={(next) => setState(next === "all" ? undefined : next)}
        />
      </Flex>
      <RequestRows state={chosen} />
    </Page>
  )
}
