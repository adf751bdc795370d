import { createContext, type ReactNode, useContext } from "react"

/**
 * What widgets may want to know of their surroundings. The editor fills in the flow's side of it
 * (scope, sample, catalog); a form outside of a flow gives nothing.
 */
export interface FormSurroundings {
  [name: string]: unknown
}

const Surroundings = createContext<FormSurroundings>({})

export function FormContextProvider({
  value,
  children,
}: {
  value: FormSurroundings
  children: ReactNode
}) {
  return <Surroundings.Provider value={value}>{children}</Surroundings.Provider>
}

export function useFormContext(): FormSurroundings {
  return useContext(Surroundings)
}
