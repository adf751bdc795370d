import { Button, Flex, Select, Typography } from "antd"
import { useDeferredValue, useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { usePeopleNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { PartyShown } from "@/api/types"

/** The partner's own user: whoever signs in as this reads the party's statements, and no others. */
export function PartyUser({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const personOf = usePeopleNames()
  const [chosen, setChosen] = useState(party.user_id)
  const [typed, setTyped] = useState("")
  const q = useDeferredValue(typed.trim())
  const maySee = may("users.read")
  const users = useRead(
    "list_users",
    { query: { limit: 50, status: "active", ...(q && { q }) } },
    { enabled: maySee },
  )
  const bind = useAct("bind_party_user", {
    said: t("rates.party.userBound"),
    refresh: ["read_party"],
  })
  const send = (user_id: string | null) =>
    bind.mutate({ path: { party_id: party.id }, body: { user_id } })
  return (
    <Flex vertical gap={12} align="flex-start" className="narrow">
      <Typography.Text type="secondary">{t("rates.party.userAbout")}</Typography.Text>
      <span>
        {t("rates.party.userNow")}{" "}
        <strong>{party.user_id ? personOf(party.user_id) : t("rates.party.noUser")}</strong>
      </span>
      {may("settlement.edit") && maySee && (
        <Flex gap={8} wrap>
          <Select
            style={{ width: 280 }}
            aria-label={t("rates.party.user")}
            placeholder={t("rates.party.user")}
            showSearch={{ filterOption: false, onSearch: setTyped }}
            loading={users.isPending}
            value={chosen}
            options={(users.data?.items ?? []).map((user) => ({
              value: user.id,
              label: user.name + t("rates.brackets", { text: user.login }),
            }))}
            onChange={setChosen}
          />
          <Button
            type="primary"
            loading={bind.isPending}
            disabled={!chosen || chosen === party.user_id}
            onClick={() => send(chosen)}
          >
            {t("rates.party.bind")}
          </Button>
          {party.user_id && (
            <Button
              onClick={() => {
                setChosen(null)
                send(null)
              }}
            >
              {t("rates.party.unbind")}
            </Button>
          )}
        </Flex>
      )}
    </Flex>
  )
}
