import type { SameShape } from "../shape"
import type { zhCN } from "../zh-CN"
import { account } from "./account"
import { admin } from "./admin"
import { connections } from "./connections"
import { editor } from "./editor"
import { flows } from "./flows"
import { forms } from "./forms"
import { frame } from "./frame"
import { home } from "./home"
import { rates } from "./rates"
import { rateWords } from "./rateWords"
import { runs } from "./runs"
import { settlement } from "./settlement"
import { simulations } from "./simulations"
import { tasks } from "./tasks"
import { templates } from "./templates"

export const en: SameShape<typeof zhCN> = {
  ...frame,
  account,
  admin,
  connections,
  editor,
  flows,
  forms,
  home,
  rates,
  rateWords,
  runs,
  settlement,
  simulations,
  tasks,
  templates,
}
