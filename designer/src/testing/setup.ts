import "@testing-library/jest-dom/vitest"
import { cleanup, configure } from "@testing-library/react"
import { afterEach } from "vitest"
import { setLanguage, setUpTexts } from "@/text/set-up"

// Files share one world (`isolate` is off), so each test leaves it as it was: no page, Chinese,
// nothing kept in the browser. Mocks and stubs go by themselves; a mocked module would stay.
setUpTexts("zh-CN")
// A slow machine is no fault of the code.
configure({ asyncUtilTimeout: 30_000 })
afterEach(async () => {
  cleanup()
  await setLanguage("zh-CN")
  localStorage.clear()
})

// jsdom has neither; Ant Design and React Flow ask for both.
window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }) as unknown as MediaQueryList
window.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
}
