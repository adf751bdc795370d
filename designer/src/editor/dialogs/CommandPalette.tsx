import { Modal, Typography } from "antd"
import { useId, useState } from "react"
import { useTranslation } from "react-i18next"
import { find } from "@/flow/search"
import { COMMANDS, type Command, canRun, type Doings } from "../commands"
import { useEditor, useEditorSession } from "../context"
import { sayKey } from "../keyboard"

/** Every command by name: type a part of it, or its pinyin initials. */
export function CommandPalette({ doings }: { doings: Doings }) {
  const { session } = useEditor()
  const { t } = useTranslation()
  const open = useEditorSession((state) => state.dialog === "commands")
  return (
    <Modal
      open={open}
      title={t("editor.command.commands")}
      footer={null}
      width={520}
      destroyOnHidden
      onCancel={() => session.setState({ dialog: null })}
    >
      <CommandList doings={doings} />
    </Modal>
  )
}

function CommandList({ doings }: { doings: Doings }) {
  const parts = useEditor()
  const { t, i18n } = useTranslation()
  const list = useId()
  const [query, setQuery] = useState("")
  const [at, setAt] = useState(0)
  const english = i18n.getFixedT("en")
  const possible = COMMANDS.filter((one) => one.id !== "commands" && canRun(one, parts))
  const shown = find(query, possible, (one) => [
    t(`editor.command.${one.id}`),
    english(`editor.command.${one.id}`),
  ])
  const run = (command: Command) => {
    parts.session.setState({ dialog: null })
    // After the dialog has given the focus back.
    requestAnimationFrame(() => command.run(parts, doings))
  }
  return (
    <div className="command-palette">
      <input
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={shown[at] ? `${list}-${at}` : undefined}
        aria-label={t("editor.commandSearch")}
        placeholder={t("editor.commandSearch")}
        // biome-ignore lint/a11y/noAutofocus: the dialog is for typing
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
          const command = shown[at]
          if (step !== undefined) setAt((at + step + shown.length) % Math.max(1, shown.length))
          else if (event.key === "Enter" && command) run(command)
          else return
          event.preventDefault()
        }}
      />
      <div id={list} role="listbox" aria-label={t("editor.command.commands")}>
        {shown.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field above
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
          <div
            key={command.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseEnter={() => setAt(index)}
            onClick={() => run(command)}
          >
            <span>{t(`editor.command.${command.id}`)}</span>
            {command.keys[0] && <kbd>{sayKey(command.keys[0])}</kbd>}
          </div>
        ))}
      </div>
      {shown.length === 0 && (
        <Typography.Text type="secondary" role="status" className="no-command">
          {t("editor.noCommand")}
        </Typography.Text>
      )}
    </div>
  )
}
