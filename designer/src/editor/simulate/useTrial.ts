import { useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { call } from "@/api/client"
import type { KeptRun, Simulation, SimulationBody } from "@/api/types"
import type { Flow } from "@/flow/types"
import { useEditor } from "../context"
import { lightsOf, type Traced } from "../lights"

export interface TraceStep {
  path: string
  node: string
  name: string
  type_label: string
  status: string
  status_label: string
  port_labels: string[]
  reason: string
  output: unknown
}

export interface Trial {
  simulation: Simulation | undefined
  runs: readonly KeptRun[]
  trace: (Pick<Traced, "lines"> & { steps: TraceStep[] }) | undefined
  start: (setup: Omit<SimulationBody, "flow">) => Promise<void>
  pick: (run: KeptRun) => void
  picked: KeptRun | null
  fault: Error | null
}

const OVER = ["succeeded", "failed", "cancelled"]

/** One test run: started, followed until it is over, its runs looked at one by one. */
export function useTrial(): Trial {
  const { flowKey, store, session } = useEditor()
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
  const found = trace.data?.trace as Trial["trace"]
  useEffect(() => {
    session.setState({ lights: lightsOf(found) })
  }, [found, session])
  // The canvas is as it was when the panel closes.
  useEffect(() => () => session.setState({ lights: new Map(), heat: new Map() }), [session])
  useEffect(() => {
    const lines = (simulation.data?.report?.coverage as { lines?: { id: string; count: number }[] })
      ?.lines
    session.setState({ heat: new Map((lines ?? []).map((line) => [line.id, line.count])) })
  }, [simulation.data?.report, session])
  const start = async (setup: Omit<SimulationBody, "flow">) => {
    setFault(null)
    setPicked(null)
    session.setState({ lights: new Map(), heat: new Map() })
    try {
      const document = store.getState().flow as Flow & Record<string, unknown>
      const made = await call("start_simulation", { body: { flow: flowKey, document, ...setup } })
      setId(made.id)
    } catch (refused) {
      setFault(refused instanceof Error ? refused : new Error(String(refused)))
    }
  }
  return {
    simulation: simulation.data,
    runs: runs.data?.items ?? [],
    trace: found,
    start,
    pick: setPicked,
    picked: shown,
    fault: fault ?? simulation.error ?? runs.error ?? trace.error,
  }
}
