// Search as people type it: in either language, by parts of words, by pinyin initials ("tjfz" finds
// 条件分支).

// The first character of each letter in the pinyin order of Chinese collation: what lies between two
// of them begins with the first one's letter.
const STARTS = "阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀"
const LETTERS = "abcdefghjklmnopqrstwxyz"
const order = new Intl.Collator("zh-Hans-CN", { usage: "sort" })
const known = new Map<string, string>()

/** The pinyin initials of a text: "条件分支" -> "tjfz"; letters and digits stay, the rest goes. */
export function initials(text: string): string {
  const cached = known.get(text)
  if (cached !== undefined) return cached
  let found = ""
  for (const char of text) {
    if (/[a-z0-9]/i.test(char)) found += char.toLowerCase()
    else if (/[\u4e00-\u9fff]/.test(char)) found += letterOf(char)
  }
  known.set(text, found)
  return found
}

function letterOf(char: string): string {
  let low = 0
  let high = STARTS.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (order.compare(STARTS[middle] ?? "", char) <= 0) low = middle
    else high = middle - 1
  }
  return LETTERS[low] ?? ""
}

/** How well a text fits what was typed: 0 not at all, higher is better. */
export function matchOf(query: string, text: string): number {
  const wanted = query.trim().toLowerCase()
  const found = text.toLowerCase()
  if (wanted === "" || found === "") return 0
  if (found === wanted) return 100
  if (found.startsWith(wanted)) return 80
  if (new RegExp(`[\\s·._-]${literally(wanted)}`).test(found)) return 70
  if (found.includes(wanted)) return 60
  if (/^[a-z0-9]+$/.test(wanted)) {
    const letters = initials(text)
    if (letters.startsWith(wanted)) return 50
    if (letters.includes(wanted)) return 40
  }
  const words = wanted.split(/\s+/)
  return words.length > 1 && words.every((word) => matchOf(word, text) > 0) ? 30 : 0
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** The things that fit, best first; all of them, in their order, when nothing was typed. */
export function find<T>(query: string, things: readonly T[], texts: (thing: T) => string[]): T[] {
  if (query.trim() === "") return [...things]
  return things
    .map((thing, index) => {
      const [name = "", ...others] = texts(thing)
      const rest = Math.max(0, ...others.map((text) => matchOf(query, text))) * 0.6
      return { thing, index, score: Math.max(matchOf(query, name), rest) }
    })
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((one) => one.thing)
}
