import { App, Button } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Details } from "@/api/Fault"
import { isProblem } from "@/api/problem"
import type { ProductShown } from "@/api/types"
import { READS } from "./form"

/** Archived, in use again, or gone where nothing has used it. */
export function ProductActs({ product, close }: { product: ProductShown; close: () => void }) {
  const { t } = useTranslation()
  const { modal, notification } = App.useApp()
  const path = { product_id: product.id }
  const archive = useAct("archive_product", {
    said: t("products.archived"),
    refresh: [...READS],
    done: close,
  })
  const restore = useAct("restore_product", {
    said: t("products.restored"),
    refresh: [...READS],
    done: close,
  })
  const remove = useAct("delete_product", {
    said: t("products.deleted"),
    refresh: [...READS],
    done: close,
    quiet: (fault) => isProblem(fault, "in_use"),
  })
  const ask = (title: string, content: string, okText: string, onOk: () => Promise<unknown>) =>
    void modal.confirm({
      title,
      content,
      okText,
      okButtonProps: { danger: true },
      cancelText: t("word.cancel"),
      onOk: () =>
        onOk().catch((fault) => {
          if (isProblem(fault, "in_use"))
            notification.warning({
              title: t("products.inUse"),
              description: <Details fault={fault} />,
            })
        }),
    })
  const { name } = product
  return (
    <>
      <Button
        danger
        onClick={() =>
          ask(t("products.deleteTitle", { name }), t("products.deleteHelp"), t("word.delete"), () =>
            remove.mutateAsync({ path }),
          )
        }
      >
        {t("products.delete")}
      </Button>
      {product.archived_at ? (
        <Button loading={restore.isPending} onClick={() => restore.mutate({ path })}>
          {t("products.restore")}
        </Button>
      ) : (
        <Button
          onClick={() =>
            ask(
              t("products.archiveTitle", { name }),
              t("products.archiveHelp"),
              t("products.archive"),
              () => archive.mutateAsync({ path }),
            )
          }
        >
          {t("products.archive")}
        </Button>
      )}
    </>
  )
}
