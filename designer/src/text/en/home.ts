import type { SameShape } from "../shape"
import type { home as zhCN } from "../zh-CN/home"

export const home: SameShape<typeof zhCN> = {
  hello: "Hello, {{name}}",
  about: "Everything that needs your eye.",
  all: "Show all",
  latest: "Latest runs",
  noConnections: "Nothing is connected yet.",
  figure: { running: "Running", waiting: "Waiting runs", failed: "Failed runs" },
  step: {
    connect: {
      title: "Connect a platform",
      about: "A shop or WeCom; without API access, import a file of orders.",
    },
    scene: {
      title: "Choose a scene",
      about: "VIP after a large order, abandoned carts, review of refunds: answer a few questions.",
    },
    flow: {
      title: "Open a flow",
      about: "Change it like building blocks, and publish once the checks pass.",
    },
  },
}
