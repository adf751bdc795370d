import { Alert, App, Button } from "antd"
import { lazy, Suspense, useMemo } from "react"
import { useTranslation } from "react-i18next"
import type { FlowWithDraft } from "@/api/types"
import { Canvas } from "./canvas/Canvas"
import type { Doings } from "./commands"
import { useEditor, useEditorSession } from "./context"
import { CommandPalette } from "./dialogs/CommandPalette"
import { ConflictDialog } from "./dialogs/ConflictDialog"
import { FindBar } from "./dialogs/FindBar"
import { KeysDialog } from "./dialogs/KeysDialog"
import { PublishDialog } from "./dialogs/PublishDialog"
import { Inspector } from "./inspector/Inspector"
import { useKeyboard } from "./keyboard"
import { Palette } from "./palette/Palette"
import { Problems } from "./panels/Problems"
import { Versions } from "./panels/Versions"
import type { Autosaver } from "./saving"
import { Toolbar } from "./Toolbar"
import type { Lock } from "./useLock"
import { useProblems } from "./useProblems"
import "./editor.css"

const SimulatePanel = lazy(() =>
  import("./simulate/SimulatePanel").then((found) => ({ default: found.SimulatePanel })),
)

interface Props {
  lock: Lock
  saver: Autosaver
  shown: FlowWithDraft
  mayEdit: boolean
}

/** The whole screen of the editor: toolbar, palette, canvas, form, and what opens on demand. */
export function Desk({ lock, saver, shown, mayEdit }: Props) {
  const { flowKey } = useEditor()
  const { t } = useTranslation()
  const { message } = App.useApp()
  const panel = useEditorSession((session) => session.panel)
  const hasPalette = useEditorSession((session) => session.palette)
  const hasForm = useEditorSession((session) => session.inspector)
  useProblems()
  const doings: Doings = useMemo(
    () => ({
      save: () => {
        void saver.now().then((done) => done && message.success(t("editor.saving.saved")))
      },
      refuse: (code) => void message.warning(t(`editor.refused.${code as "self"}`)),
      copied: (count) => void message.success(t("editor.copied", { count })),
    }),
    [saver, message, t],
  )
  useKeyboard(doings)
  return (
    <div className="desk">
      <Toolbar saver={saver} doings={doings} shown={shown} />
      {mayEdit && lock.state === "theirs" && (
        <Alert
          banner
          type="warning"
          title={lock.said}
          action={
            <Button size="small" onClick={lock.takeOver}>
              {t("editor.lock.takeOver")}
            </Button>
          }
        />
      )}
      {!mayEdit && <Alert banner type="info" title={t("editor.lock.readOnly")} />}
      <div className="desk-middle">
        {hasPalette && <Palette />}
        <main className="desk-canvas">
          <Canvas />
          <FindBar />
          {panel === "problems" && <Problems />}
          {panel === "simulate" && (
            <Suspense fallback={null}>
              <SimulatePanel />
            </Suspense>
          )}
        </main>
        {hasForm && <Inspector />}
      </div>
      {panel === "versions" && <Versions saver={saver} />}
      <CommandPalette doings={doings} />
      <KeysDialog />
      <PublishDialog saver={saver} />
      <ConflictDialog saver={saver} flowKey={flowKey} />
    </div>
  )
}
