import { useSearchParams } from "react-router"

/** A filter that lives in the address, so that a link shows the same list. */
export function useFilter(name: string): [string, (value: string | undefined) => void] {
  const [params, setParams] = useSearchParams()
  const set = (value: string | undefined) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  return [params.get(name) ?? "", set]
}
