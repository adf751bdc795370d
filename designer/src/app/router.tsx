import { createBrowserRouter, type RouteObject } from "react-router"
import { begin } from "@/api/early"
import { languageNow } from "@/text/set-up"
import { Crash } from "./Crash"
import { NoPage } from "./NoPage"
import { PageSkeleton } from "./PageSkeleton"
import { Shell } from "./Shell"

/** Every page comes when it is first opened. `handle.wide` gives a page the whole window. */
export const routes: RouteObject[] = [
  {
    path: "/forms/:flow/:node",
    ErrorBoundary: Crash,
    HydrateFallback: PageSkeleton,
    lazy: async () => ({ Component: (await import("./FormPage")).FormPage }),
  },
  {
    path: "/",
    Component: Shell,
    ErrorBoundary: Crash,
    HydrateFallback: PageSkeleton,
    children: [
      {
        // A page that breaks leaves the frame standing.
        ErrorBoundary: Crash,
        children: [
          {
            index: true,
            lazy: async () => ({ Component: (await import("@/home/HomePage")).HomePage }),
          },
          {
            path: "tasks",
            lazy: async () => ({ Component: (await import("@/tasks/TasksPage")).TasksPage }),
          },
          {
            path: "tasks/:taskId",
            lazy: async () => ({ Component: (await import("@/tasks/TaskPage")).TaskPage }),
          },
          {
            path: "flows",
            lazy: async () => ({ Component: (await import("@/flows/FlowsPage")).FlowsPage }),
          },
          {
            path: "flows/:key/edit",
            handle: { wide: true },
            // The canvas's code and what it draws come at the same time.
            loader: ({ params }) => {
              begin("read_flow", { path: { key: params.key ?? "" } })
              begin("read_catalog", { query: { locale: languageNow() === "en" ? "en" : "zh" } })
              return null
            },
            shouldRevalidate: () => false,
            lazy: async () => ({ Component: (await import("@/editor/Editor")).Editor }),
          },
          {
            path: "templates",
            lazy: async () => ({
              Component: (await import("@/templates/GalleryPage")).GalleryPage,
            }),
          },
          {
            path: "templates/installed",
            lazy: async () => ({
              Component: (await import("@/scenes/InstalledPage")).InstalledPage,
            }),
          },
          {
            path: "templates/:key/upgrade",
            lazy: async () => ({ Component: (await import("@/scenes/UpgradePage")).UpgradePage }),
          },
          {
            path: "templates/:key",
            lazy: async () => ({ Component: (await import("@/templates/ScenePage")).ScenePage }),
          },
          {
            path: "simulations",
            lazy: async () => ({
              Component: (await import("@/simulations/SimulationsPage")).SimulationsPage,
            }),
          },
          {
            path: "simulations/new",
            lazy: async () => ({
              Component: (await import("@/simulations/NewSimulationPage")).NewSimulationPage,
            }),
          },
          {
            path: "simulations/:id",
            lazy: async () => ({
              Component: (await import("@/simulations/SimulationPage")).SimulationPage,
            }),
          },
          {
            path: "runs",
            lazy: async () => ({ Component: (await import("@/runs/RunsPage")).RunsPage }),
          },
          {
            path: "runs/:runId",
            lazy: async () => ({ Component: (await import("@/runs/RunPage")).RunPage }),
          },
          {
            path: "events/:eventId",
            lazy: async () => ({ Component: (await import("@/runs/EventPage")).EventPage }),
          },
          {
            path: "incidents",
            lazy: async () => ({ Component: (await import("@/runs/IncidentsPage")).IncidentsPage }),
          },
          {
            path: "connections",
            lazy: async () => ({
              Component: (await import("@/connections/ConnectionsPage")).ConnectionsPage,
            }),
          },
          {
            path: "connections/new",
            lazy: async () => ({
              Component: (await import("@/connections/NewConnectionPage")).NewConnectionPage,
            }),
          },
          {
            path: "connections/:key",
            lazy: async () => ({
              Component: (await import("@/connections/ConnectionPage")).ConnectionPage,
            }),
          },
          {
            path: "products",
            lazy: async () => ({
              Component: (await import("@/products/ProductsPage")).ProductsPage,
            }),
          },
          {
            path: "settlement/entries",
            lazy: async () => ({
              Component: (await import("@/settlement/entries/EntriesPage")).EntriesPage,
            }),
          },
          {
            path: "settlement/periods",
            lazy: async () => ({
              Component: (await import("@/settlement/periods/PeriodsPage")).PeriodsPage,
            }),
          },
          {
            path: "settlement/statements",
            lazy: async () => ({
              Component: (await import("@/settlement/statements/StatementsPage")).StatementsPage,
            }),
          },
          {
            path: "settlement/statements/:id",
            lazy: async () => ({
              Component: (await import("@/settlement/statements/StatementPage")).StatementPage,
            }),
          },
          {
            path: "settlement/budgets",
            lazy: async () => ({
              Component: (await import("@/settlement/budgets/BudgetsPage")).BudgetsPage,
            }),
          },
          {
            path: "settlement/adjustments",
            lazy: async () => ({
              Component: (await import("@/settlement/adjustments/AdjustmentsPage")).AdjustmentsPage,
            }),
          },
          {
            path: "settlement/reconcile",
            lazy: async () => ({
              Component: (await import("@/settlement/reconcile/ReconcilePage")).ReconcilePage,
            }),
          },
          {
            path: "settlement/reconcile/:id",
            lazy: async () => ({
              Component: (await import("@/settlement/reconcile/BillPage")).BillPage,
            }),
          },
          {
            path: "settlement/reports",
            lazy: async () => ({
              Component: (await import("@/settlement/reports/ReportsPage")).ReportsPage,
            }),
          },
          {
            path: "settlement/opening",
            lazy: async () => ({
              Component: (await import("@/settlement/opening/OpeningPage")).OpeningPage,
            }),
          },
          {
            path: "settlement/cards",
            lazy: async () => ({
              Component: (await import("@/settlement/cards/CardsPage")).CardsPage,
            }),
          },
          {
            path: "settlement/cards/:key",
            lazy: async () => ({
              Component: (await import("@/settlement/cards/CardPage")).CardPage,
            }),
          },
          {
            path: "settlement/trial",
            lazy: async () => ({
              Component: (await import("@/settlement/trial/TrialPage")).TrialPage,
            }),
          },
          {
            path: "settlement/parties",
            lazy: async () => ({
              Component: (await import("@/settlement/parties/PartiesPage")).PartiesPage,
            }),
          },
          {
            path: "settlement/parties/:id",
            lazy: async () => ({
              Component: (await import("@/settlement/parties/PartyPage")).PartyPage,
            }),
          },
          {
            path: "settlement/locks",
            lazy: async () => ({
              Component: (await import("@/settlement/locks/LocksPage")).LocksPage,
            }),
          },
          {
            path: "settlement/requests",
            lazy: async () => ({
              Component: (await import("@/settlement/requests/RequestsPage")).RequestsPage,
            }),
          },
          {
            path: "admin/users",
            lazy: async () => ({ Component: (await import("@/admin/UsersPage")).UsersPage }),
          },
          {
            path: "admin/roles",
            lazy: async () => ({ Component: (await import("@/admin/RolesPage")).RolesPage }),
          },
          {
            path: "admin/org",
            lazy: async () => ({ Component: (await import("@/admin/OrgPage")).OrgPage }),
          },
          {
            path: "admin/keys",
            lazy: async () => ({ Component: (await import("@/admin/KeysPage")).KeysPage }),
          },
          {
            path: "admin/audit",
            lazy: async () => ({ Component: (await import("@/admin/AuditPage")).AuditPage }),
          },
          {
            path: "admin/calendars",
            lazy: async () => ({
              Component: (await import("@/calendars/CalendarsPage")).CalendarsPage,
            }),
          },
          {
            path: "admin/calendars/:key",
            lazy: async () => ({
              Component: (await import("@/calendars/CalendarPage")).CalendarPage,
            }),
          },
          {
            path: "admin/event-types",
            lazy: async () => ({
              Component: (await import("@/eventTypes/EventTypesPage")).EventTypesPage,
            }),
          },
          {
            path: "admin/event-types/:type",
            lazy: async () => ({
              Component: (await import("@/eventTypes/EventTypePage")).EventTypePage,
            }),
          },
          {
            path: "admin/settings",
            lazy: async () => ({ Component: (await import("@/admin/SettingsPage")).SettingsPage }),
          },
          {
            path: "account",
            lazy: async () => ({ Component: (await import("@/account/AccountPage")).AccountPage }),
          },
          { path: "*", Component: NoPage },
        ],
      },
    ],
  },
]

export function makeRouter() {
  return createBrowserRouter(routes)
}
