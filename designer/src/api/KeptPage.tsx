import { Alert, App, Button, Flex, Tag } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { Refused } from "./Fault"

interface Props {
  title: string
  /** The list it stands in. */
  list: { path: string; name: string }
  /** Its key; null while it is new. */
  name: string | null
  /** Why nothing can be changed here, for those who may only read. */
  readOnly: string | false
  isChanged: boolean
  isReady: boolean
  /** What the button says. */
  go: string
  keep: { isBusy: boolean; fault: unknown; go: () => void }
  remove?: ReactNode
  children: ReactNode
}

/** The page of one thing that is kept whole: its head says what is not saved yet, and saves it. */
export function KeptPage(props: Props) {
  const { title, list, name, readOnly, isChanged, isReady, go, keep, remove, children } = props
  const { t } = useTranslation()
  return (
    <Page
      title={title}
      about={
        <Flex gap={8} wrap>
          <Link to={list.path}>{list.name}</Link>
          {name !== null && <CopyText text={name} />}
        </Flex>
      }
      actions={
        !readOnly && (
          <>
            {isChanged && name !== null && <Tag color="warning">{t("word.notSaved")}</Tag>}
            {name !== null && remove}
            <Button
              type="primary"
              loading={keep.isBusy}
              disabled={!isReady || (!isChanged && name !== null)}
              onClick={keep.go}
            >
              {go}
            </Button>
          </>
        )
      }
    >
      {readOnly && <Alert type="info" showIcon className="section-head" title={readOnly} />}
      <Refused fault={keep.fault} className="section-head" />
      {children}
    </Page>
  )
}

interface DeleteProps {
  /** Why it cannot go now. */
  inUse: string | false
  title: string
  about: string
  go: string
  remove: () => Promise<unknown>
}

/** Deletes after asking; what is in use says so and stays. */
export function DeleteButton({ inUse, title, about, go, remove }: DeleteProps) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  return (
    <Button
      danger
      disabled={inUse !== false}
      title={inUse || ""}
      onClick={() =>
        void modal.confirm({
          title,
          content: about,
          okText: go,
          okButtonProps: { danger: true },
          cancelText: t("word.cancel"),
          onOk: () => remove().catch(() => undefined),
        })
      }
    >
      {t("word.delete")}
    </Button>
  )
}
