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
