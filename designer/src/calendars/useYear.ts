import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { call } from "@/api/client"
import type { CalendarDocument, Span } from "./document"

/** The hours of every day of a year; what is still being typed is asked about when it rests. */
export function useYear(document: CalendarDocument, year: number) {
  const rested = useRested(document, 300)
  const query = useQuery({
    queryKey: ["list_calendar_days", year, rested],
    queryFn: ({ signal }) =>
      call("list_calendar_days", {
        body: { document: rested as Record<string, unknown>, month: String(year) },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const items = query.data?.items ?? []
  return {
    hours: new Map(items.map((one) => [one.date, one.hours as Span[]])),
    fault: query.error,
    isOld: query.isPlaceholderData || rested !== document,
  }
}

/** A value once it has not changed for so many milliseconds. */
export function useRested<T>(value: T, wait: number): T {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), wait)
    return () => clearTimeout(timer)
  }, [value, wait])
  return rested
}
