import { Alert, App, Button, Descriptions, Drawer, Flex } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { usePeopleNames, useRoles } from "@/api/names"
import { useRead } from "@/api/queries"
import { useSession } from "@/api/session"
import type { RequestShown } from "@/api/types"
import { When } from "@/text/When"
import { useAsk } from "@/ui/useAsk"
import { Pointer } from "../locks/Pointer"
import { OldNew } from "./OldNew"
import { StateTag } from "./StateTag"
import { useWaitingRequests } from "./waiting"

/** One change request: what, from what to what, why; and the answer of another person. */
export function RequestDrawer({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation()
  const query = useRead("read_change_request", { path: { request_id: id } })
  return (
    <Drawer
      open
      size={620}
      title={t("rates.request.one")}
      extra={query.data && <StateTag state={query.data.state} />}
      onClose={close}
    >
      <Loaded query={query}>{(request) => <One request={request} />}</Loaded>
    </Drawer>
  )
}

function One({ request }: { request: RequestShown }) {
  const { t } = useTranslation()
  const personOf = usePeopleNames()
  const { nameOf } = useRoles()
  return (
    <Flex vertical gap={16}>
      <Pointer scope={request.scope} pointer={request.pointer} />
      <OldNew request={request} />
      <Descriptions
        column={1}
        items={[
          { key: "why", label: t("word.reason"), children: request.reason },
          {
            key: "maker",
            label: t("rates.request.maker"),
            children: (
              <>
                {personOf(request.maker)} · <When at={request.made_at} />
              </>
            ),
          },
          {
            key: "owner",
            label: t("rates.request.decides"),
            children: nameOf(request.owner_role),
          },
          ...(request.answered_at
            ? [
                {
                  key: "checker",
                  label: t("rates.request.checker"),
                  children: (
                    <>
                      {request.checker ? personOf(request.checker) : personOf(request.maker)} ·{" "}
                      <When at={request.answered_at} />
                    </>
                  ),
                },
              ]
            : []),
          ...(request.answer
            ? [{ key: "answer", label: t("rates.request.answer"), children: request.answer }]
            : []),
        ]}
      />
      {request.state === "proposed" && <Answers request={request} />}
    </Flex>
  )
}

/** Approve and reject for whoever may; its maker takes it back. */
export function Answers({ request }: { request: RequestShown }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const ask = useAsk()
  const session = useSession()
  const mayDecide = useWaitingRequests().some((one) => one.id === request.id)
  const refresh = [
    "read_change_request",
    "list_change_requests",
    "read_rate_card",
    "list_rate_cards",
  ] as const
  const path = { request_id: request.id }
  const approve = useAct("approve_change_request", {
    said: t("rates.request.approved"),
    refresh: [...refresh],
  })
  const reject = useAct("reject_change_request", {
    said: t("rates.request.rejected"),
    refresh: [...refresh],
  })
  const withdraw = useAct("withdraw_change_request", {
    said: t("rates.request.withdrawn"),
    refresh: [...refresh],
  })
  const isOwn = session?.user.id === request.maker
  if (isOwn)
    return (
      <Flex vertical gap={12} align="flex-start">
        <Alert type="info" showIcon title={t("rates.request.own")} />
        <Button loading={withdraw.isPending} onClick={() => withdraw.mutate({ path })}>
          {t("rates.request.withdraw")}
        </Button>
      </Flex>
    )
  if (!mayDecide) return <Alert type="info" showIcon title={t("rates.request.notYours")} />
  return (
    <Flex gap={12} className="answers">
      <Button
        type="primary"
        size="large"
        loading={approve.isPending}
        onClick={() =>
          void modal.confirm({
            title: t("rates.request.approveTitle"),
            content: t("rates.request.approveAbout"),
            okText: t("rates.request.approve"),
            cancelText: t("word.cancel"),
            onOk: () => approve.mutateAsync({ path, body: {} }).catch(() => undefined),
          })
        }
      >
        {t("rates.request.approve")}
      </Button>
      <Button
        danger
        size="large"
        loading={reject.isPending}
        onClick={() =>
          ask({
            title: t("rates.request.rejectTitle"),
            about: t("rates.request.rejectAbout"),
            go: t("rates.request.reject"),
            isDanger: true,
            isNeeded: true,
            done: (answer) => reject.mutateAsync({ path, body: { answer } }),
          })
        }
      >
        {t("rates.request.reject")}
      </Button>
    </Flex>
  )
}
