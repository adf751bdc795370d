import { useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { call } from "@/api/client"
import { isProblem } from "@/api/problem"
import type { Card, ProblemItem } from "@/api/types"

const PAUSE = 600

/** What publishing would say of the document, a moment after it was changed. */
export function useCheck(document: Card): { problems: ProblemItem[]; isChecking: boolean } {
  const [settled, setSettled] = useState(document)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(document), PAUSE)
    return () => clearTimeout(timer)
  }, [document])
  const query = useQuery({
    queryKey: ["check_rate_card", settled],
    queryFn: ({ signal }) => check(settled, signal),
    placeholderData: (before) => before,
    gcTime: 60_000,
  })
  return {
    problems: query.data ?? [],
    isChecking: query.isFetching || settled !== document,
  }
}

/** A document that is malformed is refused; what is wrong with it is told the same way. */
async function check(document: Card, signal: AbortSignal): Promise<ProblemItem[]> {
  try {
    return (await call("check_rate_card", { body: document, signal })).problems
  } catch (fault) {
    if (isProblem(fault) && fault.status === 422)
      return fault.items.map((item) => ({ ...item, level: "error" }))
    throw fault
  }
}
