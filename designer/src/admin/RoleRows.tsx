import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Select } from "antd"
import { useTranslation } from "react-i18next"
import { nameOfRole } from "@/api/names"
import { useRead } from "@/api/queries"
import type { HeldRole } from "@/api/types"
import { UnitSelect } from "./UnitSelect"

interface Props {
  value?: HeldRole[]
  onChange?: (value: HeldRole[]) => void
}

/** Which roles somebody holds, and for which part of the tree; without a unit, for all of it. */
export function RoleRows({ value = [], onChange }: Props) {
  const { t } = useTranslation()
  const roles = useRead("list_roles", { query: { limit: 200 } })
  const edit = (index: number, row: HeldRole) =>
    onChange?.(value.map((each, at) => (at === index ? row : each)))
  return (
    <Flex vertical gap={8}>
      {value.map((row, index) => (
        // Rows have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Flex gap={8} key={index}>
          <Select
            aria-label={t("admin.role")}
            className="wide"
            value={row.role || null}
            placeholder={t("admin.chooseRole")}
            options={(roles.data?.items ?? []).map((each) => ({
              value: each.key,
              label: nameOfRole(each),
            }))}
            onChange={(role) => edit(index, { ...row, role })}
          />
          <UnitSelect
            label={t("admin.unit")}
            placeholder={t("admin.everywhere")}
            value={row.unit ?? null}
            onChange={(unit) => edit(index, { ...row, unit })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t("forms.removeRow")}
            onClick={() => onChange?.(value.filter((_, at) => at !== index))}
          />
        </Flex>
      ))}
      <Button
        type="dashed"
        icon={<PlusOutlined />}
        onClick={() => onChange?.([...value, { role: "", unit: null }])}
      >
        {t("admin.addRole")}
      </Button>
    </Flex>
  )
}
