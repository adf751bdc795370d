import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands"
import { EditorState, StateEffect, StateField } from "@codemirror/state"
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  MatchDecorator,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view"
import { useEffect, useRef } from "react"
import { completionsFor, type Offer } from "./completions"

export interface CodeEditorProps {
  id: string
  label: string
  value: string
  onChange: (value: string) => void
  /** A template has text around `{{ }}`; an expression has none. */
  isTemplate: boolean
  isReadOnly: boolean
  hint: string
  offer: Offer
  /** The column the server objects to; it is underlined. */
  faultAt: number | null
  /** Filled with a way to put text where the cursor is. */
  insert?: React.RefObject<((text: string) => void) | null>
}

const holes = new MatchDecorator({
  regexp: /\{\{[^}]*\}\}/g,
  decoration: Decoration.mark({ class: "code-hole" }),
})

const setFault = StateEffect.define<number | null>()
const wrong = Decoration.mark({ class: "code-fault" })

/** Underlines from the faulty column to the end of its word. */
const fault = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    for (const effect of change.effects) {
      if (!effect.is(setFault)) continue
      const text = change.state.doc.toString()
      if (effect.value === null || text === "") return Decoration.none
      const from = Math.min(effect.value, text.length - 1)
      const word = /^[\p{L}\p{N}_.]*/u.exec(text.slice(from))?.[0].length ?? 0
      return Decoration.set([wrong.range(from, from + Math.max(1, word))])
    }
    return change.docChanged ? Decoration.none : marks
  },
  provide: (field) => EditorView.decorations.from(field),
})

const marked = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = holes.createDeco(view)
    }
    update(update: ViewUpdate) {
      this.decorations = holes.updateDeco(update, this.decorations)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

/** Text with completion of names, functions and what follows a dot. */
export default function CodeEditor(props: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef(props)
  latest.current = props
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is read late
  useEffect(() => {
    if (!place.current) return
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: props.value,
        extensions: [
          history(),
          closeBrackets(),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          autocompletion({
            override: [(context) => completionsFor(context, latest.current)],
            icons: false,
          }),
          fault,
          placeholder(props.hint),
          props.isTemplate ? [marked, EditorView.lineWrapping] : EditorView.lineWrapping,
          EditorState.readOnly.of(props.isReadOnly),
          EditorView.editable.of(!props.isReadOnly),
          EditorView.contentAttributes.of({ id: props.id, "aria-label": props.label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    if (props.insert) {
      props.insert.current = (text) => {
        made.dispatch(made.state.replaceSelection(text))
        made.focus()
      }
    }
    return () => {
      made.destroy()
      view.current = null
    }
  }, [props.isReadOnly, props.isTemplate])
  useEffect(() => {
    const open = view.current
    const now = open?.state.doc.toString()
    if (open && now !== props.value) {
      open.dispatch({ changes: { from: 0, to: open.state.doc.length, insert: props.value } })
    }
  }, [props.value])
  useEffect(() => {
    view.current?.dispatch({ effects: setFault.of(props.faultAt) })
  }, [props.faultAt])
  return <div ref={place} className={`code-editor${props.isReadOnly ? " is-read-only" : ""}`} />
}
