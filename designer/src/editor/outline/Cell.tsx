import type { CSSProperties, ReactNode } from "react"

interface Props {
  className: string
  style?: CSSProperties
  children: ReactNode
}

/** A cell of the tree grid: rows of any depth are no table, and the row is what has the focus. */
export function Cell({ className, style, children }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <span role="gridcell" className={className} style={style}>
      {children}
    </span>
  )
}
