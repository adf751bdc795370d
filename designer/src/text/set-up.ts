import i18next from "i18next"
import { initReactI18next } from "react-i18next"
import { en } from "./en"
import { zhCN } from "./zh-CN"

export type Language = "zh-CN" | "en"
const KEPT = "jimu.language"

/** Starts the texts in the language kept in this browser, else in Chinese. */
export function setUpTexts(language: Language = keptLanguage() ?? "zh-CN"): void {
  void i18next.use(initReactI18next).init({
    resources: { "zh-CN": { translation: zhCN }, en: { translation: en } },
    lng: language,
    fallbackLng: "zh-CN",
    interpolation: { escapeValue: false },
    returnNull: false,
    // Texts are part of the bundle: there is nothing to wait for.
    initAsync: false,
  })
  document.documentElement.lang = language
}

export function keptLanguage(): Language | undefined {
  const kept = localStorage.getItem(KEPT)
  return kept === "en" || kept === "zh-CN" ? kept : undefined
}

export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}

export function languageNow(): Language {
  return i18next.language === "en" ? "en" : "zh-CN"
}
