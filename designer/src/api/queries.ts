import {
  type InfiniteData,
  QueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query"
import { type Answer, type CallName, call, type Given } from "./client"
import { early } from "./early"
import { Problem } from "./problem"

/** Faults that may pass by themselves; anything else is said at once. */
function mayPass(fault: unknown): boolean {
  return fault instanceof Problem && (fault.status === 0 || fault.status >= 502)
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, fault) => count < 2 && mayPass(fault),
      },
    },
  })
}

type Reads = { [N in CallName]: N extends `${"read" | "list"}_${string}` ? N : never }[CallName]

/** The key a read is kept under: `[name, given]`, so that `["list_flows"]` means all of them. */
export function keyOf<N extends Reads>(name: N, given: Given<N>): readonly unknown[] {
  return [name, given]
}

interface Options {
  enabled?: boolean
  /** Milliseconds between two looks; false for none. */
  every?: number | false
}

/** A read as server state: `useRead("read_flow", { path: { key } })`. */
export function useRead<N extends Reads>(
  name: N,
  given: Given<N>,
  options: Options = {},
): UseQueryResult<Answer<N>, Error> {
  return useQuery<Answer<N>, Error>({
    queryKey: keyOf(name, given),
    queryFn: ({ signal }) => early(name, given) ?? call(name, { ...given, signal }),
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
  })
}

type Lists = {
  [N in Reads]: Answer<N> extends { items: unknown[]; next: string | null } ? N : never
}[Reads]
type Item<N extends Lists> = Answer<N>["items"][number]

/** A list in pages: `data.pages` as they come, `fetchNextPage` for more. */
export function useList<N extends Lists>(
  name: N,
  given: Given<N>,
  options: Options = {},
): UseInfiniteQueryResult<InfiniteData<Answer<N>, string>, Error> {
  const query = "query" in given ? given.query : {}
  return useInfiniteQuery({
    queryKey: [name, given, "pages"],
    queryFn: ({ pageParam, signal }) =>
      call(name, {
        ...given,
        query: pageParam ? { ...query, cursor: pageParam } : query,
        signal,
      } as Given<N>),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
  })
}

/** The rows of all pages that have come so far. */
export function rowsOf<N extends Lists>(
  data: InfiniteData<Answer<N>, string> | undefined,
): Item<N>[] {
  return data?.pages.flatMap((page) => page.items as Item<N>[]) ?? []
}
