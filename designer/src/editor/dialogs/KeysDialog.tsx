import { Modal } from "antd"
import { useTranslation } from "react-i18next"
import { COMMANDS, GROUPS } from "../commands"
import { useEditor, useEditorSession } from "../context"
import { sayKey } from "../keyboard"

/** All keys on one page. */
export function KeysDialog() {
  const { session } = useEditor()
  const { t } = useTranslation()
  const open = useEditorSession((state) => state.dialog === "keys")
  return (
    <Modal
      open={open}
      title={t("editor.command.keys")}
      footer={null}
      width={640}
      onCancel={() => session.setState({ dialog: null })}
    >
      <div className="keys">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`editor.commandGroup.${group}`)}</h3>
            <dl>
              {COMMANDS.filter((one) => one.group === group && one.keys.length > 0).map((one) => (
                <div key={one.id}>
                  <dt>{t(`editor.command.${one.id}`)}</dt>
                  <dd>
                    {one.keys.map((keys) => (
                      <kbd key={keys}>{sayKey(keys)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
