import { useTranslation } from "react-i18next"

export const PLATFORMS = [
  "douyin",
  "tmall",
  "taobao",
  "jd",
  "kuaishou",
  "pdd",
  "wechat",
  "own",
] as const

/** A platform by its name, where we know it. */
export function usePlatformName(): (key: string) => string {
  const { t } = useTranslation()
  return (key) => {
    const known = PLATFORMS.find((one) => one === key)
    return known ? t(`settlement.platform.${known}`) : key
  }
}

/** "douyin/4463798/6921" as people say it: 抖店 · 4463798 · 6921. */
export function useOrderName(): (order: string) => string {
  const platformOf = usePlatformName()
  return (order) => {
    const [platform = "", shop, ...number] = order.split("/")
    return shop && number.length > 0
      ? [platformOf(platform), shop, number.join("/")].join(" · ")
      : order
  }
}
