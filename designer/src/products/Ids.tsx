import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Input } from "antd"
import { useTranslation } from "react-i18next"
import type { PlatformId } from "@/api/types"
import { PLATFORMS, usePlatformName } from "@/settlement/reconcile/platforms"
import { NamedOrOwn } from "@/ui/NamedOrOwn"

const OWN = /^\S{1,60}$/

interface IdsProps {
  ids: PlatformId[]
  onChange: (ids: PlatformId[]) => void
  isReadOnly: boolean
}

/** What platforms and their shops call it, one a row. */
export function Ids({ ids, onChange, isReadOnly }: IdsProps) {
  const { t } = useTranslation()
  const platformOf = usePlatformName()
  const edit = (at: number, change: Partial<PlatformId>) =>
    onChange(ids.map((one, index) => (index === at ? { ...one, ...change } : one)))
  return (
    <Flex vertical gap={8}>
      {ids.map((one, at) => (
        // Everything in a row is being typed: only its place stays the same.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is the name
        <Flex key={at} gap={4} align="center" className="product-id">
          <NamedOrOwn
            aria-label={`${t("products.platform")} ${at + 1}`}
            placeholder={t("products.platform")}
            value={one.platform}
            disabled={isReadOnly}
            own={OWN}
            options={PLATFORMS.map((value) => ({ value, label: platformOf(value) }))}
            onChange={(platform) => edit(at, { platform })}
          />
          <Input
            aria-label={`${t("products.shop")} ${at + 1}`}
            placeholder={t("products.everyShop")}
            value={one.shop ?? ""}
            onChange={(event) => edit(at, { shop: event.target.value || null })}
          />
          <Input
            aria-label={`${t("products.externalId")} ${at + 1}`}
            placeholder={t("products.externalId")}
            value={one.external_id}
            onChange={(event) => edit(at, { external_id: event.target.value })}
          />
          {!isReadOnly && (
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t("products.removeId", { id: one.external_id || at + 1 })}
              onClick={() => onChange(ids.filter((_, index) => index !== at))}
            />
          )}
        </Flex>
      ))}
      {!isReadOnly && (
        <Button
          type="dashed"
          icon={<PlusOutlined />}
          onClick={() => onChange([...ids, { platform: "", shop: null, external_id: "" }])}
        >
          {t("products.addId")}
        </Button>
      )}
    </Flex>
  )
}
