/** Balances taken over from the system before. */

export const opening = {
  about:
    "Taking over from the system before: running totals, retention still held, unpaid statements.",
  notYours: "Importing opening balances asks for the right to edit rate cards and parties.",
  template: "Download a template",
  step: { file: "Choose a file", look: "Check", import: "Import" },
  cardHelp: "The published rate card whose terms the file names",
  noCards: "No rate card is published yet",
  control: "Control sums",
  controlAbout: "Sums of the system before, which must come out; what is empty is not checked.",
  sum: "Sum",
  inFile: "In the file",
  inOld: "System before",
  notGiven: "Not checked",
  same: "The same",
  differs: "Differs",
  sums: {
    total: "Counted amount",
    total_count: "Counted number",
    posted: "Paid before",
    hold: "Retention",
    statement: "Unpaid statements",
  },
  look: "See what it would do",
  problems: "{{count}} problems: mend the file and upload it again",
  problemsAbout: "Nothing has been changed.",
  sound: "Everything fits; it can be imported.",
  totals: "Totals ({{count}})",
  holds: "Retention ({{count}})",
  balances: "Statements ({{count}})",
  posted: "Paid before",
  dueOn: "Due on",
  go: "Import {{count}} opening rows",
  askTitle: "Import the opening balances?",
  askAbout: "These accounts go on counting from here.",
  done: "The opening balances are imported",
  seeAccounts: "See the accounts",
  format: "What the file looks like",
  formatAbout:
    "The first row names the columns; kind (类型) says what a row is. Parties are written by their name, or by their id where two have the same.",
  kind: {
    total: {
      name: "total (累计)",
      about: "party, term, window, amount, count, posted",
    },
    hold: { name: "hold (预留金)", about: "party, amount, due_on" },
    statement: {
      name: "statement (对账单)",
      about: "party, period, amount (below zero they owe us)",
    },
  },
}
