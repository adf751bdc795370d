import { useQuery } from "@tanstack/react-query"
import { Button, Modal, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { callWithTag } from "@/api/client"
import { Loaded } from "@/api/Loaded"
import { usePeopleNames } from "@/api/names"
import type { Card, CardWithDraft } from "@/api/types"
import { When } from "@/text/When"
import { Changes } from "./Changes"
import { changesBetween, merge } from "./changes"

interface Props {
  start: CardWithDraft
  mine: Card
  /** Goes on with this document upon the stored card. */
  goOn: (card: CardWithDraft, document: Card) => void
  close: () => void
}

/** Somebody else saved in between: what they changed, what I changed, and both put together. */
export function ConflictDialog({ start, mine, goOn, close }: Props) {
  const { t } = useTranslation()
  const personOf = usePeopleNames()
  const query = useQuery({
    queryKey: ["rate card conflict", start.key, start.revision],
    queryFn: async () => (await callWithTag("read_rate_card", { path: { key: start.key } })).value,
    gcTime: 0,
  })
  const theirs = query.data
  const found = theirs && merge<unknown>(start.draft, mine, theirs.draft)
  return (
    <Modal
      open
      width={860}
      title={t("rates.conflict.title")}
      onCancel={close}
      footer={
        <>
          <Button onClick={close}>{t("rates.conflict.later")}</Button>
          <Button
            danger
            disabled={!theirs}
            onClick={() => theirs && goOn(theirs, theirs.draft as unknown as Card)}
          >
            {t("rates.conflict.theirs")}
          </Button>
          <Button
            type="primary"
            disabled={!found}
            onClick={() => theirs && found && goOn(theirs, found.document as Card)}
          >
            {t("rates.conflict.merge")}
          </Button>
        </>
      }
    >
      <Loaded query={query}>
        {(other) => (
          <>
            <Typography.Paragraph>
              {t("rates.conflict.about", { who: personOf(other.saved_by) })}{" "}
              <When at={other.updated_at} />
            </Typography.Paragraph>
            {found && found.clashes.length > 0 && (
              <>
                <Typography.Title level={2}>{t("rates.conflict.clashes")}</Typography.Title>
                <Changes
                  isClash
                  changes={found.clashes}
                  before={start.draft}
                  after={mine}
                  currency={other.currency}
                />
              </>
            )}
            <Typography.Title level={2}>{t("rates.conflict.theirChanges")}</Typography.Title>
            <Changes
              changes={changesBetween(start.draft, other.draft)}
              before={start.draft}
              after={other.draft}
              currency={other.currency}
            />
            <Typography.Title level={2}>{t("rates.conflict.myChanges")}</Typography.Title>
            <Changes
              changes={changesBetween(start.draft, mine)}
              before={start.draft}
              after={mine}
              currency={other.currency}
            />
          </>
        )}
      </Loaded>
    </Modal>
  )
}
