// What the server says of a text or condition on the chosen sample: asked when typing pauses, kept,
// and given up when something newer is typed.

import { useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { PreviewItem } from "@/api/types"
import { type PreviewKind, useFlowSurroundings } from "./surroundings"

const PAUSE = 350

export function usePreview(kind: PreviewKind, value: unknown): PreviewItem | undefined {
  const { preview } = useFlowSurroundings()
  const written = JSON.stringify(value ?? null)
  const settled = useSettled(written)
  const asked = useQuery({
    queryKey: ["preview", preview?.key, kind, settled],
    queryFn: ({ signal }) => {
      if (!preview) throw new Error("no sample")
      return preview.ask(kind, JSON.parse(settled), signal)
    },
    enabled: preview !== undefined && settled !== "null" && settled !== '""',
    staleTime: 120_000,
    gcTime: 300_000,
    retry: false,
  })
  // What was said of an older text says nothing of this one.
  return settled === written ? asked.data : undefined
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
