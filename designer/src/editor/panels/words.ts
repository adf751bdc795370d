import type { Problem } from "@/flow/types"

/** What is said of a problem, in the language of the screen. */
export function wordsOf(
  problem: Pick<Problem, "message" | "message_zh">,
  language: string,
): string {
  return language === "en" ? problem.message : problem.message_zh || problem.message
}

/** The same without the step's name, where that stands beside it: 「等待」的「等多久」：必填. */
export function withoutName(words: string, name: string): string {
  for (const [quoted, joint] of [
    [`「${name}」`, /^[的：]/],
    [`“${name}”`, /^[,:] /],
  ] as const) {
    if (words.startsWith(quoted)) return words.slice(quoted.length).replace(joint, "")
  }
  return words
}

/** The same without step and field, where it stands below the field. */
export function withoutPlace(words: string): string {
  return words.replace(/^「[^」]*」(的「[^」]*」)?：/, "").replace(/^“[^”]*”(, “[^”]*”)?: /, "")
}
