interface Props {
  /** An SVG as text, as nodes and connectors bring it. */
  svg: string
  size?: number
  color?: string
}

/**
 * An icon that comes from the server. It is drawn as a mask, so it takes the colour of its place,
 * and nothing inside it can run.
 */
export function Icon({ svg, size = 20, color = "currentColor" }: Props) {
  const image = `url("data:image/svg+xml,${encodeURIComponent(svg)}")`
  return (
    <span
      aria-hidden
      className="icon"
      style={{
        width: size,
        height: size,
        background: color,
        mask: `${image} center / contain no-repeat`,
      }}
    />
  )
}
