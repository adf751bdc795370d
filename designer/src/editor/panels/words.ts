import type { Problem } from "@/flow/types"

/** What is said of a problem, in the language of the screen. */
export function wordsOf(
  problem: Pick<Problem, "message" | "message_zh">,
  language: string,
): string {
  return language === "en" ? problem.message : problem.message_zh || problem.message
}
