import { useQuery } from "@tanstack/react-query"
import { DatePicker, Select, Typography } from "antd"
import dayjs from "dayjs"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import type { ProblemItem, Start } from "@/api/types"
import { SchemaForm } from "@/forms/SchemaForm"
import { type Door, firstStart } from "./starts"
import "./starts.css"

interface Props {
  doors: readonly Door[]
  value: Start
  onChange: (value: Start) => void
  /** What the server said of this start; paths from the start on. */
  problems?: readonly ProblemItem[]
}

/** One start: which trigger, when, for whom, and what is filled in. */
export function StartForm({ doors, value, onChange, problems = [] }: Props) {
  const { t } = useTranslation()
  const door = doors.find((one) => one.node === value.node) ?? doors[0]
  if (!door) return null
  const side = door.kind === "schedule" ? "schedule" : "entrance"
  return (
    <div className="start-form">
      <div className="inline-fields">
        <div>
          <label htmlFor="start-trigger">{t("starts.trigger")}</label>
          <Select
            id="start-trigger"
            value={door.node}
            options={doors.map((one) => ({
              value: one.node,
              label: `${one.name} · ${t(`starts.kind.${one.kind}`)}`,
            }))}
            onChange={(node) => {
              const next = doors.find((one) => one.node === node)
              if (next) onChange(firstStart(next))
            }}
          />
        </div>
        <div>
          <label htmlFor="start-at">{t("starts.at")}</label>
          <DatePicker
            id="start-at"
            showTime={{ format: "HH:mm" }}
            format="YYYY-MM-DD HH:mm"
            placeholder={t(`starts.atHelp.${side}`)}
            value={value.at ? dayjs(value.at) : null}
            onChange={(at) => onChange({ ...value, at: at ? at.toISOString() : null })}
          />
          <Said problems={problems} path="/at" />
        </div>
        <div>
          <label htmlFor="start-customer">{t("starts.customer")}</label>
          <CustomerSelect
            id="start-customer"
            placeholder={t(`starts.customerHelp.${side}`)}
            value={value.customer ?? null}
            onChange={(customer) => onChange({ ...value, customer })}
          />
          <Said problems={problems} path="/customer" />
        </div>
      </div>
      {door.inputs ? (
        <section aria-label={t("starts.inputs")} className="start-inputs">
          <SchemaForm
            key={door.node}
            isPart
            schema={door.inputs}
            value={value.inputs ?? {}}
            onChange={(inputs) =>
              onChange({ ...value, inputs: inputs as Start["inputs"] & object })
            }
            problems={problems
              .filter((one) => one.path.startsWith("/inputs/"))
              .map((one) => ({ ...one, path: one.path.slice("/inputs".length) }))}
          />
        </section>
      ) : (
        door.kind !== "schedule" && (
          <Typography.Text type="secondary">{t("starts.noInputs")}</Typography.Text>
        )
      )}
    </div>
  )
}

/** The problems of one start among those of a set-up: `/starts/0/customer` → `/customer`. */
export function problemsOfStart(items: readonly ProblemItem[], number = 0): ProblemItem[] {
  const head = `/starts/${number}`
  return items
    .filter((one) => one.path.startsWith(`${head}/`))
    .map((one) => ({ ...one, path: one.path.slice(head.length) }))
}

function Said({ problems, path }: { problems: readonly ProblemItem[]; path: string }) {
  const { i18n } = useTranslation()
  const found = problems.find((one) => one.path === path)
  if (!found) return null
  return (
    <Typography.Text type="danger" role="alert">
      {i18n.language === "en" ? found.message : found.message_zh || found.message}
    </Typography.Text>
  )
}

interface CustomerProps {
  id: string
  placeholder: string
  value: string | null
  onChange: (value: string | null) => void
}

/** A customer by part of the name, the whole phone number or an id; nobody is listed unasked. */
function CustomerSelect({ id, placeholder, value, onChange }: CustomerProps) {
  const { t } = useTranslation()
  const [text, setText] = useState("")
  const [q, setQ] = useState("")
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), 300)
    return () => clearTimeout(timer)
  }, [text])
  const found = useQuery({
    queryKey: ["list_start_customers", q],
    queryFn: ({ signal }) => call("list_start_customers", { query: { q }, signal }),
    enabled: q !== "",
    staleTime: 60_000,
  })
  const options = (found.data?.items ?? []).map((one) => ({
    value: one.id,
    label: [one.name || t("starts.unnamed"), one.phone, one.level].filter(Boolean).join(" · "),
  }))
  return (
    <Select<string | null>
      id={id}
      allowClear
      placeholder={placeholder}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={found.isFetching}
      value={value}
      options={options}
      notFoundContent={q === "" ? t("starts.customerSearch") : t("starts.customerNone")}
      onChange={(next) => onChange(next ?? null)}
    />
  )
}
