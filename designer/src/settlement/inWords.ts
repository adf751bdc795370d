import type { Words } from "@/api/types"
import { languageNow } from "@/text/set-up"

/** A sentence that came in both languages, in the screen's. */
export function inWords(words: Words): string {
  return languageNow() === "en" ? words.en : words.zh
}
