import { useTranslation } from "react-i18next"
import { Navigate } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { isOnlyPartner, useMay, useSession } from "@/api/session"
import { Page } from "@/ui/Page"
import { Budgets } from "./Budgets"
import { Connectors } from "./Connectors"
import { DayChart } from "./DayChart"
import { Figures } from "./Figures"
import { FirstSteps } from "./FirstSteps"
import { Incidents, Tasks } from "./Lists"

/** A partner is here for their statements; everybody else sees the day. */
export function HomePage() {
  return isOnlyPartner(useMay()) ? <Navigate to="/settlement/statements" replace /> : <Day />
}

/** Today against yesterday and last week, and what needs somebody; at first the three steps. */
function Day() {
  const { t } = useTranslation()
  const may = useMay()
  const session = useSession()
  const query = useRead("read_home", {}, { every: 30_000 })
  return (
    <Page title={t("home.hello", { name: session?.user.name ?? "" })} about={t("home.about")}>
      <Loaded query={query}>
        {(home) => (
          <>
            <FirstSteps isNew={home.is_new} />
            {!home.is_new && <Figures home={home} />}
            {!home.is_new && <DayChart home={home} />}
            <div className="home">
              {may("runs.read") && <Incidents />}
              {may("tasks.answer") && <Tasks connections={home.connections ?? []} />}
              {home.budgets && <Budgets budgets={home.budgets} />}
              {home.connections && <Connectors connections={home.connections} />}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}
