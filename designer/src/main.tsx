import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { RouterProvider } from "react-router"
import { begin } from "@/api/early"
import { Providers } from "@/app/Providers"
import { makeRouter } from "@/app/router"
import { setUpTexts } from "@/text/set-up"
import "@/app/page.css"

// After an upgrade, a page that is still open asks for parts that are gone: it begins anew.
// Once: a part that is there and does not start is no better the second time.
window.addEventListener("vite:preloadError", () => {
  const last = Number(sessionStorage.getItem("jimu.reloaded") ?? 0)
  if (Date.now() - last < 60_000) return
  sessionStorage.setItem("jimu.reloaded", String(Date.now()))
  window.location.reload()
})

setUpTexts()
begin("read_session", {})
const place = document.getElementById("root")
if (place)
  createRoot(place).render(
    <StrictMode>
      <Providers>
        <RouterProvider router={makeRouter()} />
      </Providers>
    </StrictMode>,
  )
