import { useTranslation } from "react-i18next"
import { NamedOrOwn } from "@/ui/NamedOrOwn"
import { wordOf } from "./words"

const OWN = /^[a-z][a-z0-9_]{0,39}$/

interface Props {
  "aria-label": string
  value: string
  roles: readonly string[]
  disabled: boolean
  onChange: (role: string) => void
  className?: string
  style?: React.CSSProperties
}

/** A role an order brings; orders may bring roles of one's own: those are typed. */
export function RoleSelect({ roles, ...more }: Props) {
  const { t } = useTranslation()
  const options = roles.map((value) => ({ value, label: wordOf(t, "role", value) }))
  return <NamedOrOwn {...more} own={OWN} options={options} />
}
