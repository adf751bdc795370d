import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query"
import { App } from "antd"
import { type Answer, type CallName, call, type Given } from "./client"
import { Details, sentenceOf } from "./Fault"
import { isProblem } from "./problem"

interface Options<N extends CallName> {
  /** What to tell when it is done. */
  said?: string
  /** Reads that are no longer true afterwards; a list's name means all its filters. */
  refresh?: CallName[]
  done?: (answer: Answer<N>, given: Given<N>) => void
  /** Faults the page shows itself: true for all, or those it names. */
  quiet?: boolean | ((fault: unknown) => boolean)
}

/** A write: tells what became of it, and has read anew what it changed. */
export function useAct<N extends CallName>(
  name: N,
  options: Options<N> = {},
): UseMutationResult<Answer<N>, Error, Given<N>> {
  const client = useQueryClient()
  const { message } = App.useApp()
  const tell = useTell()
  return useMutation<Answer<N>, Error, Given<N>>({
    mutationFn: (given) => call(name, given),
    onSuccess: async (answer, given) => {
      if (options.said) void message.success(options.said)
      await Promise.all(
        (options.refresh ?? []).map((read) => client.invalidateQueries({ queryKey: [read] })),
      )
      options.done?.(answer, given)
    },
    onError: (fault) => {
      const isQuiet =
        typeof options.quiet === "function" ? options.quiet(fault) : (options.quiet ?? false)
      if (!isQuiet) tell(fault)
    },
  })
}

// The frame has a dialog of its own for each of these.
const HANDLED = ["second_factor_stale", "second_factor_missing", "password_change_needed"]

/** Tells a fault in a corner: the sentence, and below it the parts that are wrong. */
export function useTell(): (fault: unknown) => void {
  const { notification } = App.useApp()
  return (fault) => {
    if (isProblem(fault) && (fault.status === 401 || HANDLED.includes(fault.code))) return
    notification.error({
      title: sentenceOf(fault),
      description: <Details fault={fault} />,
      duration: 8,
    })
  }
}
