import "i18next"
import type { zhCN } from "./zh-CN"

// Keys are checked: a text that is missing in a language is a type error.
declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof zhCN }
  }
}
