import { useStore as useFlowView } from "@xyflow/react"
import { type RefObject, useEffect, useId, useMemo, useRef, useState } from "react"
import { useTranslation } from "react-i18next"
import type { Block } from "@/flow/catalog"
import { CARD } from "@/flow/geometry"
import { Icon } from "@/ui/Icon"
import { addStep, canStand, placeOf } from "../adding"
import { colorOf } from "../canvas/colors"
import { useEditor, useEditorSession } from "../context"
import type { Adding } from "../session"
import { freePort } from "../wishes"
import { countUse, favourites, findBlocks, groupsOf } from "./blocks"

const SIZE = { width: 280, height: 340 }

/** The list behind a "+": type to filter, see the ghost, Enter puts it and moves on. */
export function QuickAdd({ frame }: { frame: RefObject<HTMLDivElement | null> | null }) {
  const adding = useEditorSession((session) => session.adding)
  if (!adding) return null
  const key = "from" in adding ? `${adding.from}.${adding.port}` : `${adding.at.x} ${adding.at.y}`
  return <OpenList key={key} adding={adding} frame={frame} />
}

function OpenList(props: { adding: Adding; frame: RefObject<HTMLDivElement | null> | null }) {
  const { adding, frame } = props
  const parts = useEditor()
  const { catalog, session } = parts
  const { t } = useTranslation()
  const list = useId()
  const [query, setQuery] = useState("")
  const [at, setAt] = useState(0)
  const items = useRef<HTMLDivElement>(null)
  const place = usePlace(adding, frame)
  const shown = useMemo(() => {
    const possible = catalog.nodes.filter((block) => canStand(block.kind, adding))
    if (query !== "") return findBlocks(query, possible)
    const often = favourites(catalog).filter((block) => possible.includes(block))
    const rest = groupsOf(catalog, possible).flatMap((group) => group.blocks)
    return [...often, ...rest.filter((block) => !often.includes(block))]
  }, [catalog, adding, query])
  const chosen = shown[at]
  useEffect(() => {
    session.setState({ ghost: chosen?.type ?? null })
    items.current?.children[at]?.scrollIntoView({ block: "nearest" })
  }, [chosen, at, session])

  const close = () => {
    session.setState({ adding: null, ghost: null })
    if ("from" in adding) parts.view.current?.focus(adding.from)
  }
  const put = (block: Block, isGoingOn: boolean) => {
    const id = addStep(parts, block.type, adding)
    if (id === null) return
    countUse(block.type)
    const port = isGoingOn ? freePort(parts, id) : null
    const next =
      port === null
        ? null
        : placeOf(parts.store.getState().flow, parts.blocks, { kind: "behind", from: id, port })
    if (next) session.setState({ adding: next })
    else parts.view.current?.focus(id)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setAt((at + step + shown.length) % Math.max(1, shown.length))
    else if (event.key === "Enter" && chosen) put(chosen, adding.kind === "behind")
    else if (event.key === "Escape") close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="quick-add" style={place}>
      <input
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={chosen ? `${list}-${at}` : undefined}
        aria-label={t("editor.palette.search")}
        placeholder={t("editor.palette.quick")}
        // biome-ignore lint/a11y/noAutofocus: the list was asked for, and typing is what comes next
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} ref={items} role="listbox" aria-label={t("editor.palette.title")}>
        {shown.map((block, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field above
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
          <div
            key={block.type}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            style={{ "--group": colorOf(block, catalog) } as React.CSSProperties}
            onMouseEnter={() => setAt(index)}
            onClick={() => put(block, false)}
          >
            <span className="tile">
              <Icon svg={block.icon} size={16} />
            </span>
            <span className="label">{block.label}</span>
            <span className="group">
              {catalog.groups.find((group) => group.key === block.group)?.label}
            </span>
          </div>
        ))}
        {shown.length === 0 && <div className="none">{t("editor.palette.nothing", { query })}</div>}
      </div>
      <footer>{t("editor.palette.keys")}</footer>
    </div>
  )
}

/** Below the ghost, inside of the canvas; in a list, above the rows. */
function usePlace(adding: Adding, frame: RefObject<HTMLDivElement | null> | null) {
  const [x, y, zoom] = useFlowView((state) => state.transform)
  if (!frame) return { width: SIZE.width, maxHeight: SIZE.height, left: 16, top: 16 }
  const box = frame.current?.getBoundingClientRect()
  const left = adding.at.x * zoom + x
  const below = (adding.at.y + CARD.header) * zoom + y + 12
  const width = box?.width ?? 1000
  const height = box?.height ?? 700
  return {
    width: SIZE.width,
    maxHeight: SIZE.height,
    left: Math.max(8, Math.min(left, width - SIZE.width - 8)),
    top: Math.max(8, Math.min(below, height - SIZE.height - 8)),
  }
}
