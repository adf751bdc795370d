import { Skeleton } from "antd"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import type { Catalog } from "@/flow/catalog"
import type { Flow } from "@/flow/types"
import { FlowPicture } from "./FlowPicture"
import { lightsOf, type Traced } from "./lights"

interface Props {
  /** A flow document, as the server keeps it. */
  flow: object
  /** The trace of a run of this very version. */
  trace?: object | undefined
  onStep?: (id: string) => void
  heat?: ReadonlyMap<string, number> | undefined
  times?: ReadonlyMap<string, string> | undefined
  focus?: string | undefined
}

/** A flow to look at outside of the editor: what is in a scene, what a run did. */
export function FlowView({ flow, trace, onStep, heat, times, focus }: Props) {
  const { i18n } = useTranslation()
  const locale = i18n.language === "en" ? "en" : "zh"
  const catalog = useRead("read_catalog", { query: { locale } })
  const lights = useMemo(() => lightsOf(trace as Traced | undefined), [trace])
  if (!catalog.data) return <Skeleton active title={false} />
  return (
    <FlowPicture
      flow={flow as Flow}
      catalog={catalog.data as unknown as Catalog}
      lights={lights}
      onStep={onStep}
      heat={heat}
      times={times}
      focus={focus}
    />
  )
}
