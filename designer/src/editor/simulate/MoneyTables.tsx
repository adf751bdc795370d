import { Empty, Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { isRecord } from "@/flow/ports"
import { money as sayMoney } from "@/text/format"

/** Every table a report has of money, whatever its columns are. */
export function MoneyTables({ money }: { money: Readonly<Record<string, unknown>> }) {
  const { t } = useTranslation()
  const tables = Object.entries(money).flatMap(([name, rows]) =>
    Array.isArray(rows) && rows.length > 0 && rows.every(isRecord) ? [{ name, rows }] : [],
  )
  if (tables.length === 0) {
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("editor.money.none")} />
  }
  return (
    <>
      {tables.map(({ name, rows }) => {
        const columns = columnsOf(rows)
        return (
          <section key={name} className="money-table">
            <Typography.Title level={5}>{titleOf(name)}</Typography.Title>
            <Table
              size="small"
              rowKey={(row) => JSON.stringify(row)}
              aria-label={titleOf(name)}
              pagination={rows.length > 20 ? { pageSize: 20, size: "small" } : false}
              dataSource={rows}
              scroll={{ x: "max-content" }}
              columns={columns.map((column) => ({
                title: titleOf(column),
                className: rows.some((row) => isFigure(row[column])) ? "number" : "",
                render: (_: unknown, row: Record<string, unknown>) => cell(row, column),
              }))}
            />
          </section>
        )
      })}
    </>
  )
  function titleOf(name: string): string {
    return t(`editor.money.names.${name as "new"}`, { defaultValue: name })
  }
}

/** Who or what a row is of comes first, an id only where there is no name; then before and after. */
function columnsOf(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const found = new Set(rows.flatMap((row) => Object.keys(row)))
  const idle = new Set(["currency", ...(found.has("name") ? ["party"] : [])])
  const place = (column: string) => (column === "name" ? -1 : LAST.indexOf(column) + 1)
  return [...found]
    .filter((column) => !idle.has(column) && rows.some((row) => !isRecord(row[column])))
    .sort((one, other) => place(one) - place(other))
}

const LAST = [
  "orders",
  "entries",
  "lines",
  "amount",
  "used",
  "limit",
  "was",
  "old",
  "new",
  "difference",
]
const AMOUNTS = new Set(["new", "old", "difference", "amount", "used", "limit", "was"])
const isFigure = (value: unknown) =>
  typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value))

function cell(row: Record<string, unknown>, column: string): string {
  const value = row[column]
  if (value === null || value === undefined || value === "") return "—"
  if (AMOUNTS.has(column) && typeof row.currency === "string" && isFigure(value)) {
    return sayMoney(String(value), row.currency)
  }
  if (Array.isArray(value)) return value.map(String).join("、")
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}
