import { SaveOutlined } from "@ant-design/icons"
import { Button, Flex, Input, Popover, Tag } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useSearchParams } from "react-router"
import { useSaved } from "./saved"

/** Filters somebody comes back to: one click sets the address they were kept from. */
export function SavedFilters({ list }: { list: string }) {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const { saved, keep, drop } = useSaved(list)
  const [isOpen, setOpen] = useState(false)
  const [name, setName] = useState("")
  const now = params.toString()
  const save = () => {
    if (!name.trim()) return
    keep(name.trim(), now)
    setName("")
    setOpen(false)
  }
  return (
    <>
      {now && (
        <Popover
          trigger="click"
          open={isOpen}
          onOpenChange={setOpen}
          title={t("list.saveFilter")}
          content={
            <Flex gap={8}>
              <Input
                aria-label={t("list.filterName")}
                placeholder={t("list.filterName")}
                value={name}
                maxLength={40}
                onChange={(event) => setName(event.target.value)}
                onPressEnter={save}
              />
              <Button type="primary" disabled={!name.trim()} onClick={save}>
                {t("word.save")}
              </Button>
            </Flex>
          }
        >
          <Button icon={<SaveOutlined />}>{t("list.saveFilter")}</Button>
        </Popover>
      )}
      {saved.length > 0 && (
        <Flex gap={4} wrap align="center" className="saved-filters">
          {saved.map((each) => (
            <Tag
              key={each.name}
              closable
              {...(each.query === now ? { color: "processing" } : {})}
              onClose={() => drop(each.name)}
            >
              <Button
                type="link"
                size="small"
                className="inline-link"
                onClick={() => setParams(new URLSearchParams(each.query))}
              >
                {each.name}
              </Button>
            </Tag>
          ))}
        </Flex>
      )}
    </>
  )
}
