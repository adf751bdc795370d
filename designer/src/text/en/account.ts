import type { SameShape } from "../shape"
import type { account as zhCN } from "../zh-CN/account"

export const account: SameShape<typeof zhCN> = {
  about: "Your name, language, time zone and how you sign in.",
  self: "About you",
  language: "Language",
  zone: "Time zone",
  zoneHelp: "Left empty, the company's holds.",
  password: "Password",
  oldPassword: "Your password now",
  changePassword: "Change the password",
  secondFactor: "Second factor",
  secondFactorAbout:
    "Acts that touch credentials, permissions or money ask for six digits from an authenticator app besides your password. Any standard app will do.",
  confirmPassword: "Your password first, to be sure it is you",
  enrol: "Begin",
  scan: "Scan the code with your authenticator app, then enter the six digits it shows.",
  orType: "Cannot scan? Enter this secret:",
  firstCode: "The six digits",
  finish: "Finish",
  codes:
    "Keep these recovery codes safe: they let you in when your phone is lost. Each works once, and they are not shown again.",
  download: "Download",
  kept: "I have kept them",
  renew: "New recovery codes",
  remove: "Turn off",
  removeTitle: "Turn the second factor off?",
  removeAbout: "You will no longer be able to touch credentials, permissions or money.",
  off: "Turned off",
  sessions: "Where you are signed in",
  thisOne: "This device",
  seen: "Last seen",
  endOthers: "Sign out everywhere else",
  ended: "Signed out everywhere else",
}
