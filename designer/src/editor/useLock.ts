import { useCallback, useEffect, useState } from "react"
import { call } from "@/api/client"
import { isProblem } from "@/api/problem"

export interface Lock {
  state: "asking" | "mine" | "theirs" | "free"
  /** Who holds it, in a sentence of the server. */
  said: string
  takeOver: () => void
}

/** Holds the edit lock while the page is open: taken, renewed, given back. */
export function useLock(key: string, wanted: boolean): Lock {
  const [state, setState] = useState<Lock["state"]>(wanted ? "asking" : "free")
  const [said, setSaid] = useState("")
  const [force, setForce] = useState(0)
  useEffect(() => {
    if (!wanted) {
      setState("free")
      return
    }
    let timer: ReturnType<typeof setTimeout>
    let over = false
    let taking = force > 0
    const take = async () => {
      try {
        const { until } = await call("lock_flow", { path: { key }, body: { take_over: taking } })
        taking = false
        if (over) return
        setState("mine")
        const left = new Date(until).getTime() - Date.now()
        timer = setTimeout(take, Math.max(5_000, left / 2))
      } catch (fault) {
        if (over) return
        if (isProblem(fault) && fault.status === 409) {
          setState("theirs")
          setSaid(fault.message)
        }
        timer = setTimeout(take, 15_000)
      }
    }
    void take()
    return () => {
      over = true
      clearTimeout(timer)
      void call("unlock_flow", { path: { key } }).catch(() => undefined)
    }
  }, [key, wanted, force])
  const takeOver = useCallback(() => setForce((count) => count + 1), [])
  return { state, said, takeOver }
}
