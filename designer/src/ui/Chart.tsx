import { BarChartOutlined, DownloadOutlined, TableOutlined } from "@ant-design/icons"
import { Button, Empty, Flex, Skeleton, Table, Typography, theme } from "antd"
import { useEffect, useMemo, useRef, useState } from "react"
import { useTranslation } from "react-i18next"
import {
  type ChartGiven,
  type ChartKind,
  type ChartRow,
  type ChartSeries,
  csvOf,
  heightOf,
  numberOf,
  optionOf,
} from "./chartOption"
import { save } from "./save"

interface Props {
  title: string
  kind: ChartKind
  rows: readonly ChartRow[]
  /** The member of a row that names it, and what that is called in the table. */
  category: string
  categoryName?: string
  series: readonly ChartSeries[]
  format?: (value: number) => string
  /** Without it no download is offered; the ending is put behind it. */
  fileName?: string
}

/** A chart with the same figures as a table: for whoever cannot see it, and for copying. */
export function Chart(props: Props) {
  const { title, kind, rows, category, categoryName, series, format = String, fileName } = props
  const { t, i18n } = useTranslation()
  const [isTable, setTable] = useState(false)
  const given: ChartGiven = { kind, rows, category, series, format }
  return (
    <figure className="chart" aria-label={title}>
      <Flex justify="space-between" align="center" gap={8} wrap>
        <Typography.Text strong>{title}</Typography.Text>
        <Flex gap={4}>
          <Button
            size="small"
            type="text"
            icon={isTable ? <BarChartOutlined /> : <TableOutlined />}
            aria-label={`${isTable ? t("chart.asChart") : t("chart.asTable")}: ${title}`}
            onClick={() => setTable(!isTable)}
          >
            {isTable ? t("chart.asChart") : t("chart.asTable")}
          </Button>
          {fileName && (
            <Button
              size="small"
              type="text"
              icon={<DownloadOutlined />}
              aria-label={`${t("chart.download")}: ${title}`}
              onClick={() =>
                save(`${fileName}.csv`, csvOf(given, categoryName ?? t("word.name")), "text/csv")
              }
            >
              {t("chart.download")}
            </Button>
          )}
        </Flex>
      </Flex>
      {rows.length === 0 && (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("chart.nothing")} />
      )}
      {rows.length > 0 &&
        (isTable ? (
          <Figures given={given} title={title} first={categoryName ?? t("word.name")} />
        ) : (
          <Picture given={given} title={title} language={i18n.language} />
        ))}
    </figure>
  )
}

function Figures({ given, title, first }: { given: ChartGiven; title: string; first: string }) {
  const { rows, category, series, format } = given
  const data = rows.map((row, index) => ({ row, key: index }))
  return (
    <Table
      size="small"
      aria-label={title}
      dataSource={data}
      pagination={rows.length > 20 ? { pageSize: 20, size: "small" } : false}
      columns={[
        { title: first, render: (_, { row }) => String(row[category] ?? "") },
        ...series.map((one) => ({
          title: one.name,
          className: "number",
          render: (_: unknown, { row }: (typeof data)[number]) => {
            const value = numberOf(row[one.key])
            return value === null ? "—" : format(value)
          },
        })),
      ]}
    />
  )
}

interface PictureProps {
  given: ChartGiven
  title: string
  language: string
}

/** The drawing itself, made once ECharts has come, again when figures, size or colours change. */
function Picture({ given, title, language }: PictureProps) {
  const { t } = useTranslation()
  const { token } = theme.useToken()
  const box = useRef<HTMLDivElement>(null)
  const [library, setLibrary] = useState<typeof import("./echarts")>()
  useEffect(() => {
    let isThere = true
    void import("./echarts").then((found) => isThere && setLibrary(found))
    return () => {
      isThere = false
    }
  }, [])
  const option = useMemo(
    () =>
      optionOf(
        given,
        {
          palette: [
            token.colorPrimary,
            token.cyan6,
            token.gold6,
            token.magenta5,
            token.green6,
            token.purple6,
            token.orange6,
            token.geekblue4,
          ],
          text: token.colorText,
          faint: token.colorTextDescription,
          line: token.colorBorderSecondary,
          ground: token.colorBgElevated,
          font: token.fontFamily,
        },
        language,
      ),
    [given, token, language],
  )
  useEffect(() => {
    if (!library || !box.current) return
    const chart = library.init(box.current)
    chart.setOption(option)
    const watcher = new ResizeObserver(() => chart.resize())
    watcher.observe(box.current)
    return () => {
      watcher.disconnect()
      chart.dispose()
    }
  }, [library, option])
  return (
    <>
      {!library && <Skeleton active aria-busy="true" />}
      <div
        ref={box}
        role="img"
        aria-label={t("chart.label", { title, count: given.rows.length })}
        style={{ height: library ? heightOf(given) : 0, overflow: "hidden" }}
      />
    </>
  )
}
