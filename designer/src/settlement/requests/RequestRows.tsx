import { Button, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Pointer } from "../locks/Pointer"
import { OldNew } from "./OldNew"
import { RequestDrawer } from "./RequestDrawer"
import { StateTag } from "./StateTag"

interface Props {
  scope?: string
  state?: "proposed" | "approved" | "rejected" | "withdrawn" | "applied" | undefined
}

/** Change requests: which value, from what to what, who asks and why. */
export function RequestRows({ scope, state }: Props) {
  const { t } = useTranslation()
  const personOf = usePeopleNames()
  const [open, setOpen] = useFilter("request")
  const list = useList("list_change_requests", {
    query: { limit: 50, ...(state && { state }) },
  })
  const found = scope
    ? {
        ...list,
        data: list.data && {
          ...list.data,
          pages: list.data.pages.map((page) => ({
            ...page,
            items: page.items.filter((one) => one.scope === scope),
          })),
        },
      }
    : list
  return (
    <>
      <Rows
        query={found as typeof list}
        rowKey="id"
        open={(row) => setOpen(row.id)}
        empty={<Typography.Text type="secondary">{t("rates.request.none")}</Typography.Text>}
        columns={[
          {
            title: t("rates.lock.what"),
            render: (_, row) => <Pointer scope={row.scope} pointer={row.pointer} />,
          },
          {
            title: t("rates.request.change"),
            render: (_, row) => <OldNew request={row} isShort />,
          },
          { title: t("word.reason"), dataIndex: "reason" },
          {
            title: t("rates.request.maker"),
            render: (_, row) => (
              <Flex vertical>
                {personOf(row.maker)}
                <Typography.Text type="secondary">
                  <When at={row.made_at} />
                </Typography.Text>
              </Flex>
            ),
          },
          { title: t("word.status"), render: (_, row) => <StateTag state={row.state} /> },
          {
            render: (_, row) => (
              <Button size="small" onClick={() => setOpen(row.id)}>
                {t("rates.request.open")}
              </Button>
            ),
          },
        ]}
      />
      {open && <RequestDrawer id={open} close={() => setOpen(undefined)} />}
    </>
  )
}
