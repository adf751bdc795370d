import type { SameShape } from "../shape"
import type { zhCN } from "../zh-CN"
import { account } from "./account"
import { admin } from "./admin"
import { calendars } from "./calendars"
import { connections } from "./connections"
import { editor } from "./editor"
import { eventTypes } from "./eventTypes"
import { flows } from "./flows"
import { forms } from "./forms"
import { frame } from "./frame"
import { home } from "./home"
import { products } from "./products"
import { rates } from "./rates"
import { rateWords } from "./rateWords"
import { runs } from "./runs"
import { settlement } from "./settlement"
import { simulations } from "./simulations"
import { starts } from "./starts"
import { tasks } from "./tasks"
import { templates } from "./templates"
import { upgrade } from "./upgrade"

export const en: SameShape<typeof zhCN> = {
  ...frame,
  account,
  admin,
  calendars,
  connections,
  editor,
  eventTypes,
  flows,
  forms,
  home,
  products,
  rates,
  rateWords,
  runs,
  settlement,
  simulations,
  starts,
  tasks,
  templates,
  upgrade,
}
