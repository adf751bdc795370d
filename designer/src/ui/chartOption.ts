/** What ECharts is told: plain data in, plain data out. */
export type ChartKind = "bar" | "line" | "stacked"
export type ChartRow = Readonly<Record<string, string | number | null | undefined>>

export interface ChartSeries {
  /** The member of a row that holds the number. */
  key: string
  name: string
}

export interface ChartColours {
  palette: string[]
  text: string
  faint: string
  line: string
  ground: string
  /** Text is measured with it, so it must be a real one. */
  font: string
}

export interface ChartGiven {
  kind: ChartKind
  rows: readonly ChartRow[]
  /** The member of a row that names it. */
  category: string
  series: readonly ChartSeries[]
  format: (value: number) => string
}

const MANY = 9
const LONG = 10

/** Bars lie where there are many of them or their names are long; lines never do. */
export function isLying({ kind, rows, category }: ChartGiven): boolean {
  if (kind === "line") return false
  return rows.length > MANY || rows.some((row) => String(row[category] ?? "").length > LONG)
}

/** Room for the whole of it, in pixels. */
export function heightOf(given: ChartGiven): number {
  if (!isLying(given)) return 280
  const bars = given.kind === "bar" ? given.series.length : 1
  return Math.min(900, 70 + given.rows.length * (16 + 14 * bars))
}

/** 1234567 → "123.5万" or "1.2M": what an axis has room for. */
export function shortNumber(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    notation: "compact",
    maximumFractionDigits: 1,
  }).format(value)
}

export function optionOf(given: ChartGiven, colours: ChartColours, language: string) {
  const { kind, rows, category, series, format } = given
  const lying = isLying(given)
  const names = {
    type: "category" as const,
    data: rows.map((row) => String(row[category] ?? "")),
    inverse: lying,
    axisLabel: { color: colours.text, width: 150, overflow: "truncate" as const },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
  }
  const values = {
    type: "value" as const,
    axisLabel: { color: colours.faint, formatter: (value: number) => shortNumber(value, language) },
    splitLine: { lineStyle: { color: colours.line } },
  }
  return {
    color: colours.palette,
    animationDuration: 250,
    textStyle: { fontFamily: colours.font },
    grid: { left: 8, right: 24, top: series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis" as const,
      axisPointer: { type: kind === "line" ? ("line" as const) : ("shadow" as const) },
      backgroundColor: colours.ground,
      borderColor: colours.line,
      textStyle: { color: colours.text },
      valueFormatter: (value: unknown) => (typeof value === "number" ? format(value) : "—"),
    },
    legend: { show: series.length > 1, top: 4, textStyle: { color: colours.text } },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: series.map((one) => ({
      type: kind === "line" ? ("line" as const) : ("bar" as const),
      name: one.name,
      data: rows.map((row) => numberOf(row[one.key])),
      barMaxWidth: 32,
      ...(kind === "stacked" ? { stack: "all" } : {}),
      ...(kind === "line" ? { symbolSize: 6, smooth: false } : {}),
    })),
  }
}

/** Money comes as text: for a picture its nearest number will do; the table keeps the text. */
export function numberOf(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined || value === "") return null
  const found = Number(value)
  return Number.isFinite(found) ? found : null
}

/** The rows as a file for spreadsheets, with the mark that tells them it is UTF-8. */
export function csvOf({ rows, category, series }: ChartGiven, first: string): string {
  const lines = [
    [first, ...series.map((one) => one.name)],
    ...rows.map((row) => [row[category], ...series.map((one) => row[one.key])]),
  ]
  return `\ufeff${lines.map((line) => line.map(cellOf).join(",")).join("\r\n")}\r\n`
}

/** A cell that begins like a formula is told to be text, or a spreadsheet would reckon it. */
function cellOf(value: string | number | null | undefined): string {
  const plain = value === null || value === undefined ? "" : String(value)
  const isFormula = /^[=+@\t\r]/.test(plain) || (/^-/.test(plain) && numberOf(plain) === null)
  const safe = isFormula ? `'${plain}` : plain
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
