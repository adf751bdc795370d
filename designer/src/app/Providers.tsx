import { QueryClientProvider } from "@tanstack/react-query"
import { App, ConfigProvider } from "antd"
import enUS from "antd/locale/en_US"
import zhCN from "antd/locale/zh_CN"
import { type ReactNode, useState, useSyncExternalStore } from "react"
import { useTranslation } from "react-i18next"
import { newQueryClient } from "@/api/queries"
import { themeOf, useLook } from "./theme"

/** What every page stands on: server state, theme, Ant Design's own language and messages. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(newQueryClient)
  const { i18n } = useTranslation()
  const isDark = useIsDark()
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider
        theme={themeOf(isDark)}
        locale={i18n.language === "en" ? enUS : zhCN}
        // No space between the two characters of a short word: what is read is what is written.
        button={{ autoInsertSpace: false }}
      >
        <App className="page" data-dark={isDark}>
          {children}
        </App>
      </ConfigProvider>
    </QueryClientProvider>
  )
}

const DARK = "(prefers-color-scheme: dark)"

function useIsDark(): boolean {
  const look = useLook((store) => store.look)
  const system = useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(DARK)
      query.addEventListener("change", changed)
      return () => query.removeEventListener("change", changed)
    },
    () => window.matchMedia(DARK).matches,
  )
  return look === "system" ? system : look === "dark"
}
