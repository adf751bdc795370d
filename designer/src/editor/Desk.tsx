import { Alert, App, Button, Drawer } from "antd"
import { lazy, Suspense, useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { useStore } from "zustand"
import type { FlowWithDraft } from "@/api/types"
import { Canvas } from "./canvas/Canvas"
import type { Doings } from "./commands"
import { useEditor, useEditorSession } from "./context"
import { CommandPalette } from "./dialogs/CommandPalette"
import { ConnectDialog } from "./dialogs/ConnectDialog"
import { FindBar } from "./dialogs/FindBar"
import { KeysDialog } from "./dialogs/KeysDialog"
import { Inspector } from "./inspector/Inspector"
import { useKeyboard } from "./keyboard"
import { Palette } from "./palette/Palette"
import { Problems } from "./panels/Problems"
import type { Autosaver } from "./saving"
import { useSample } from "./simulate/useSample"
import { Toolbar } from "./Toolbar"
import type { Lock } from "./useLock"
import { useProblems } from "./useProblems"
import "./editor.css"

const Outline = lazy(() =>
  import("./outline/Outline").then((found) => ({ default: found.Outline })),
)
const ConflictDialog = lazy(() =>
  import("./dialogs/ConflictDialog").then((found) => ({ default: found.ConflictDialog })),
)
const PublishDialog = lazy(() =>
  import("./dialogs/PublishDialog").then((found) => ({ default: found.PublishDialog })),
)
const Versions = lazy(() =>
  import("./panels/Versions").then((found) => ({ default: found.Versions })),
)
const HeatPanel = lazy(() =>
  import("./simulate/HeatPanel").then((found) => ({ default: found.HeatPanel })),
)
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
  const { flowKey, session } = useEditor()
  const { t } = useTranslation()
  const { message } = App.useApp()
  const panel = useEditorSession((session) => session.panel)
  const hasPalette = useEditorSession((session) => session.palette)
  const view = useEditorSession((state) => state.view)
  const hasChosen = useEditorSession((state) => state.selected.size > 0)
  const isNarrow = useNarrow()
  const hasForm = useEditorSession((session) => session.inspector)
  const isConflict = useStore(saver.saving, (saving) => saving.state === "conflict")
  // Once opened it stays, so that it closes as gently as it opened.
  const isPublishing = useEditorSession((session) => session.dialog === "publish")
  const [hasPublished, setPublished] = useState(false)
  if (isPublishing && !hasPublished) setPublished(true)
  useProblems()
  useSample()
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
        {hasPalette && !isNarrow && <Palette />}
        <main className="desk-canvas">
          {view === "canvas" ? (
            <Canvas />
          ) : (
            <Suspense fallback={null}>
              <Outline />
            </Suspense>
          )}
          <FindBar />
          {panel === "problems" && <Problems />}
          {panel === "heat" && (
            <Suspense fallback={null}>
              <HeatPanel />
            </Suspense>
          )}
          {panel === "simulate" && (
            <Suspense fallback={null}>
              <SimulatePanel />
            </Suspense>
          )}
        </main>
        {hasForm && !isNarrow && <Inspector />}
        {isNarrow && (
          <Drawer
            open={hasForm && hasChosen}
            placement="bottom"
            size="86%"
            title={t("editor.inspector.title")}
            onClose={() => session.setState({ inspector: false })}
            styles={{ body: { padding: 0 } }}
          >
            <Inspector />
          </Drawer>
        )}
      </div>
      <CommandPalette doings={doings} />
      <KeysDialog />
      <ConnectDialog />
      <Suspense fallback={null}>
        {panel === "versions" && <Versions saver={saver} />}
        {hasPublished && <PublishDialog saver={saver} />}
        {isConflict && <ConflictDialog saver={saver} flowKey={flowKey} />}
      </Suspense>
    </div>
  )
}

const NARROW = "(width < 640px)"

/** Whether this is a phone: the list instead of the canvas, the form in a drawer that is asked for. */
function useNarrow(): boolean {
  const { session } = useEditor()
  const [isNarrow, setNarrow] = useState(() => window.matchMedia(NARROW).matches)
  useEffect(() => {
    const query = window.matchMedia(NARROW)
    const look = () => setNarrow(query.matches)
    query.addEventListener("change", look)
    return () => query.removeEventListener("change", look)
  }, [])
  useEffect(() => {
    if (isNarrow) session.setState({ view: "list", inspector: false })
    else session.setState({ inspector: true })
  }, [isNarrow, session])
  return isNarrow
}
