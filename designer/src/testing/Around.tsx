import type { ReactNode } from "react"
import { MemoryRouter } from "react-router"
import { Providers } from "@/app/Providers"

/** What every page stands on, for a test: `render(<Page />, { wrapper: Around })`. */
export function Around({ children }: { children: ReactNode }) {
  return (
    <Providers>
      <MemoryRouter>{children}</MemoryRouter>
    </Providers>
  )
}
