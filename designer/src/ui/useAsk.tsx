import { App, Input } from "antd"
import { useTranslation } from "react-i18next"

interface Asked {
  title: string
  about: string
  /** Says what will happen: "取消执行", never "确定". */
  go: string
  isDanger?: boolean
  /** Without words the button stays shut. */
  isNeeded?: boolean
  done: (words: string) => Promise<unknown>
}

/** Asks before an act that cannot simply be undone, and for a word about why. */
export function useAsk(): (asked: Asked) => void {
  const { modal } = App.useApp()
  const { t } = useTranslation()
  return (asked) => {
    let words = ""
    const shown = modal.confirm({
      title: asked.title,
      okText: asked.go,
      cancelText: t("word.cancel"),
      okButtonProps: { danger: asked.isDanger ?? false, disabled: asked.isNeeded ?? false },
      content: (
        <>
          <p>{asked.about}</p>
          <Input.TextArea
            aria-label={t("word.reason")}
            placeholder={asked.isNeeded ? t("word.whyNeeded") : t("word.why")}
            maxLength={400}
            autoSize={{ minRows: 2, maxRows: 5 }}
            onChange={(event) => {
              words = event.target.value.trim()
              if (asked.isNeeded)
                shown.update({
                  okButtonProps: { danger: asked.isDanger ?? false, disabled: words === "" },
                })
            }}
          />
        </>
      ),
      // A refusal is told by whoever sends the call; the dialog closes either way.
      onOk: () => asked.done(words).catch(() => undefined),
    })
  }
}
