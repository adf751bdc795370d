import type { InstalledScene } from "./types"

/** Whether the library has a newer version of what is installed. */
export const isNewer = (one: InstalledScene) => (one.newest ?? 0) > one.version
