import { SearchOutlined } from "@ant-design/icons"
import { Button, Modal } from "antd"
import { useDeferredValue, useEffect, useId, useState } from "react"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { Fault } from "@/api/Fault"
import { useRead } from "@/api/queries"
import type { Hit } from "@/api/types"

/** Where a thing that was found is shown; an order by the event that carries its newest record. */
const PAGES: Record<Hit["kind"], (hit: Hit) => string> = {
  run: ({ id }) => `/runs/${id}`,
  event: ({ id }) => `/events/${id}`,
  order: ({ id }) => `/events/${id}`,
  flow: ({ id }) => `/flows/${id}/edit`,
  connection: ({ id }) => `/connections/${id}`,
  party: ({ id }) => `/settlement/parties/${id}`,
  card: ({ id }) => `/settlement/cards/${id}`,
  user: ({ about }) => `/admin/users?q=${encodeURIComponent(about)}`,
}

/** The search of the frame: a button, Ctrl K from anywhere, and the dialog. */
export function Search() {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener("keydown", hear)
    return () => window.removeEventListener("keydown", hear)
  }, [])
  return (
    <>
      <Button
        type="text"
        className="search-button"
        icon={<SearchOutlined />}
        aria-keyshortcuts="Control+K"
        onClick={() => setOpen(true)}
      >
        {t("find.button")}
      </Button>
      <Modal
        open={isOpen}
        title={t("find.title")}
        footer={null}
        width={560}
        destroyOnHidden
        onCancel={() => setOpen(false)}
      >
        <Found close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Found({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useId()
  const [wanted, setWanted] = useState("")
  const [at, setAt] = useState(0)
  const q = useDeferredValue(useSettled(wanted.trim()))
  const found = useRead("list_found", { query: { q } }, { enabled: q !== "" })
  const hits = q === "" ? [] : (found.data?.items ?? [])
  const go = (hit: Hit) => {
    close()
    void navigate(PAGES[hit.kind](hit))
  }
  return (
    <div className="search">
      <input
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls={list}
        aria-activedescendant={hits[at] ? `${list}-${at}` : undefined}
        aria-label={t("find.title")}
        placeholder={t("find.placeholder")}
        maxLength={100}
        // biome-ignore lint/a11y/noAutofocus: the dialog is for typing
        autoFocus
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
          const hit = hits[at]
          if (step !== undefined) setAt((at + step + hits.length) % Math.max(1, hits.length))
          else if (event.key === "Enter" && hit) go(hit)
          else return
          event.preventDefault()
        }}
      />
      {found.isError && <Fault fault={found.error} retry={() => void found.refetch()} />}
      <p className="search-said" role="status">
        {q !== "" && found.isSuccess && hits.length === 0 && t("find.nothing")}
      </p>
      <div id={list} role="listbox" aria-label={t("find.title")}>
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field above
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
          <div
            key={`${hit.kind} ${hit.id}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseEnter={() => setAt(index)}
            onClick={() => go(hit)}
          >
            <b>{t(`find.kind.${hit.kind}`)}</b>
            <span>{hit.title}</span>
            <small>
              {hit.kind === "run" ? t(`runs.status.${hit.about as "running"}`) : hit.about}
            </small>
          </div>
        ))}
      </div>
    </div>
  )
}

/** A text once nobody has typed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 200)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
