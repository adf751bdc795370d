import { Button, Checkbox, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { OfferShown } from "@/api/types"
import { wordsOf } from "./Conflicts"
import type { Side } from "./choices"

interface Props {
  offers: readonly OfferShown[]
  chosen: Record<string, Side>
  choose: (path: string, side: Side) => void
  chooseAll: (side: Side) => void
  isReadOnly: boolean
}

/** What only the template has changed: taken, unless somebody does not want it. */
export function Offers({ offers, chosen, choose, chooseAll, isReadOnly }: Props) {
  const { t } = useTranslation()
  const told = offers.filter((one) => !one.cosmetic)
  const moved = offers.length - told.length
  if (offers.length === 0)
    return <Typography.Text type="secondary">{t("upgrade.offersNone")}</Typography.Text>
  return (
    <>
      {told.length > 1 && !isReadOnly && (
        <Flex gap={8} className="upgrade-all">
          <Button size="small" onClick={() => chooseAll("theirs")}>
            {t("upgrade.takeAll")}
          </Button>
          <Button size="small" onClick={() => chooseAll("mine")}>
            {t("upgrade.keepAll")}
          </Button>
        </Flex>
      )}
      <ul className="upgrade-list">
        {told.map((one) => {
          const isTaken = chosen[one.path] !== "mine"
          return (
            <li key={one.path}>
              <Checkbox
                checked={isTaken}
                disabled={isReadOnly}
                onChange={(event) => choose(one.path, event.target.checked ? "theirs" : "mine")}
              >
                <span className={isTaken ? "" : "is-refused"}>{wordsOf(one)}</span>
                {!isTaken && (
                  <Typography.Text type="secondary"> · {t("upgrade.refused")}</Typography.Text>
                )}
              </Checkbox>
            </li>
          )
        })}
      </ul>
      {moved > 0 && (
        <Typography.Text type="secondary">{t("upgrade.moved", { count: moved })}</Typography.Text>
      )}
    </>
  )
}
