import { Button, Descriptions, Empty, Table, Tag } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { Simulation } from "@/api/types"
import type { Flow } from "@/flow/types"
import { count } from "@/text/format"
import { MoneyTables } from "./MoneyTables"
import type { Difference, Report, Words } from "./report"
import { SideBySide } from "./SideBySide"

interface Props {
  simulation: Simulation
  report: Report
  flowKey: string
  /** What was tried, where it is not saved as a version. */
  document?: Flow | undefined
}

/** Two versions on the same events: totals, what is sent, and the largest differences. */
export function Compared({ simulation, report, flowKey, document }: Props) {
  const { t, i18n } = useTranslation()
  const say = (words: Words) => (i18n.language === "en" ? words.en : words.zh)
  const [looked, setLooked] = useState<Difference | null>(null)
  const found = report.comparison
  if (!found) return <Empty description={t("editor.compared.none")} />
  return (
    <div className="compared-runs">
      <Descriptions
        size="small"
        column={{ xs: 2, sm: 3, lg: 6 }}
        items={[
          { key: "pairs", label: t("editor.compared.pairs"), children: count(found.pairs) },
          { key: "same", label: t("editor.compared.same"), children: count(found.same) },
          {
            key: "different",
            label: t("editor.compared.different"),
            children: <b>{count(found.different)}</b>,
          },
          ...found.kinds.map((kind) => ({
            key: kind.kind,
            label: say(kind.said),
            children: count(kind.count),
          })),
        ]}
      />
      {found.sent.length > 0 && (
        <Table
          size="small"
          rowKey="action"
          pagination={false}
          dataSource={[...found.sent]}
          columns={[
            { title: t("editor.compared.sent"), dataIndex: "action" },
            { title: t("editor.compared.old"), dataIndex: "old", className: "number" },
            { title: t("editor.compared.new"), dataIndex: "new", className: "number" },
            {
              title: t("editor.compared.change"),
              className: "number",
              render: (_, row) => signed(row.new - row.old),
            },
          ]}
        />
      )}
      {found.money && <MoneyTables money={found.money} />}
      <h4>{t("editor.compared.largest")}</h4>
      {found.largest.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("editor.compared.allSame")} />
      ) : (
        <Table
          size="small"
          rowKey={(row) => `${row.event.source} ${row.event.id}`}
          pagination={found.largest.length > 10 ? { pageSize: 10, size: "small" } : false}
          dataSource={[...found.largest]}
          columns={[
            {
              title: t("editor.compared.event"),
              render: (_, row) => row.event.subject || row.event.id,
            },
            {
              title: t("editor.compared.how"),
              render: (_, row) =>
                row.kinds.map((kind) => <Tag key={kind.kind}>{say(kind.said)}</Tag>),
            },
            {
              key: "look",
              render: (_, row) =>
                row.new &&
                row.old && (
                  <Button type="link" size="small" onClick={() => setLooked(row)}>
                    {t("editor.compared.look")}
                  </Button>
                ),
            },
          ]}
        />
      )}
      {looked && (
        <SideBySide
          simulation={simulation}
          flowKey={flowKey}
          document={document}
          difference={looked}
          onClose={() => setLooked(null)}
        />
      )}
    </div>
  )
}

export const signed = (value: number) => (value > 0 ? `+${count(value)}` : count(value))
