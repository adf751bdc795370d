import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { call } from "@/api/client"
import type { KeptRun, Simulation, SimulationBody } from "@/api/types"
import type { Flow } from "@/flow/types"
import { useEditor } from "../context"
import { lightsOf, type Trace, tracedOf } from "../lights"
import { sayTimes } from "./times"

export interface Trial {
  simulation: Simulation | undefined
  runs: readonly KeptRun[]
  trace: Trace | undefined
  start: (setup: Omit<SimulationBody, "flow">) => Promise<void>
  startFile: (file: File, described: object, more: object) => Promise<void>
  cancel: () => Promise<void>
  pick: (run: KeptRun) => void
  picked: KeptRun | null
  isBusy: boolean
  fault: Error | null
}

type Document = Flow & Record<string, unknown>
const OVER = ["succeeded", "failed", "cancelled"]

/** One test run: started, followed until it is over, its runs looked at one by one. */
export function useTrial(): Trial {
  const { flowKey, store, session, save } = useEditor()
  const client = useQueryClient()
  const [id, setId] = useState<string | null>(null)
  const [picked, setPicked] = useState<KeptRun | null>(null)
  const [fault, setFault] = useState<Error | null>(null)
  const simulation = useQuery({
    queryKey: ["read_simulation", id],
    queryFn: () => call("read_simulation", { path: { simulation_id: id ?? "" } }),
    enabled: id !== null,
    refetchInterval: (query) => (OVER.includes(query.state.data?.status ?? "") ? false : 700),
  })
  const isDone = simulation.data?.status === "succeeded"
  const runs = useQuery({
    queryKey: ["list_simulation_runs", id],
    queryFn: () =>
      call("list_simulation_runs", { path: { simulation_id: id ?? "" }, query: { limit: 50 } }),
    enabled: isDone,
  })
  const first = runs.data?.items[0] ?? null
  const shown = picked ?? first
  const trace = useQuery({
    queryKey: ["read_simulation_run", id, shown?.run_id],
    queryFn: () =>
      call("read_simulation_run", {
        path: { simulation_id: id ?? "", side: shown?.side ?? "new", run_id: shown?.run_id ?? "" },
      }),
    enabled: isDone && shown !== null,
  })
  const found = trace.data?.trace as Trace | undefined
  useEffect(() => {
    session.setState({ lights: lightsOf(found), traced: tracedOf(found) })
  }, [found, session])
  // The canvas is as it was when the panel closes; the values of the run stay for the forms.
  useEffect(
    () => () => session.setState({ lights: new Map(), heat: new Map(), times: new Map() }),
    [session],
  )
  const report = simulation.data?.report
  useEffect(() => {
    const lines = (report?.coverage as { lines?: { id: string; count: number }[] })?.lines
    session.setState({
      heat: new Map((lines ?? []).map((line) => [line.id, line.count])),
      times: sayTimes(report),
    })
    // What publishing asks of test runs may be reached now.
    if (report) void client.invalidateQueries({ queryKey: ["list_simulations"] })
  }, [report, session, client])
  /** What is saved is tried as the draft, so that publishing may count on it. */
  const begin = async (ask: (tried: { document?: Document }) => Promise<{ id: string }>) => {
    setFault(null)
    setPicked(null)
    session.setState({ lights: new Map(), heat: new Map(), times: new Map() })
    try {
      const tried = (await save()) ? {} : { document: store.getState().flow as Document }
      setId((await ask(tried)).id)
    } catch (refused) {
      setFault(refused instanceof Error ? refused : new Error(String(refused)))
    }
  }
  return {
    simulation: simulation.data,
    runs: runs.data?.items ?? [],
    trace: found,
    start: (setup) =>
      begin((tried) => call("start_simulation", { body: { flow: flowKey, ...tried, ...setup } })),
    startFile: (file, described, more) =>
      begin((tried) => {
        const body = new FormData()
        body.append("setup", JSON.stringify({ flow: flowKey, ...tried, file: described, ...more }))
        body.append("file", file)
        return call("start_simulation_of_file", { body })
      }),
    cancel: async () => {
      if (id !== null) await call("cancel_simulation", { path: { simulation_id: id } })
      await simulation.refetch()
    },
    pick: setPicked,
    picked: shown,
    isBusy: ["queued", "running"].includes(simulation.data?.status ?? ""),
    fault: fault ?? simulation.error ?? runs.error ?? trace.error,
  }
}
