import type { SameShape } from "../shape"
import type { tasks as zhCN } from "../zh-CN/tasks"

export const tasks: SameShape<typeof zhCN> = {
  about: "What waits for your approval or your answer. Once done, the flow goes on.",
  none: "No tasks. All done.",
  noneHere: "No approvals or forms wait for you.",
  what: "Task",
  approval: "Approval",
  form: "Form",
  opened: "Opened",
  due: "Due",
  noDue: "no limit",
  over: "overdue",
  openRun: "Open the run",
  done: "Done; the flow goes on",
  answered: "Answered:",
  back: "Back to my tasks",
  money: {
    disputes: "Disputed statements",
    dispute: "{{party}} disputes the statement of {{period}}",
    adjustments: "Adjustments to check",
    adjustment: "Adjustment for {{party}}",
    budgets: "Budgets waiting for you",
    budget: "Budget “{{name}}”",
    waiting: "{{count}} waiting",
  },
  port: {
    approved: "Approve",
    rejected: "Reject",
    submitted: "Submit",
    closed: "Closed",
    withdrawn: "Withdrawn",
    answered: "Answered",
  },
}
