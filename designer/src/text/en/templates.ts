import type { SameShape } from "../shape"
import type { templates as zhCN } from "../zh-CN/templates"

export const templates: SameShape<typeof zhCN> = {
  about:
    "Ready-made scenes: answer a few questions and go. Once installed they are your own flows, to change as you like.",
  search: "Search scenes",
  none: "No scene fits.",
  installed: "Installed",
  needs: "Needs {{what}}",
  parameters: "What this scene asks you",
  noParameters: "There is nothing to set.",
  preview: "See what it would make",
  installDraft: "Install as a draft",
  installLive: "Install, publish and begin",
  liveAtOnce: "Publish at once",
  published: "{{count}} flows installed, published and running",
  madeDrafts: "{{count}} drafts made: look at them, then publish",
  noConnection: "No connection fits yet.",
  makeConnection: "Make one",
  noProblems: "The checks pass: it can be published.",
}
