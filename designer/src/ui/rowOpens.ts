import type { TableProps } from "antd"

/** What makes a row of a table open its page or drawer. */
export function rowOpens<T>(
  open: ((row: T) => void) | undefined,
): NonNullable<TableProps<T>["onRow"]> {
  return (row) =>
    open
      ? {
          className: "row-link",
          onClick: (event) => {
            // A click on a link, a button or marked text inside the row is not for the row; nor is
            // one in a menu or dialog that a part of the row has opened elsewhere.
            const target = event.target
            if (!(target instanceof Element) || !event.currentTarget.contains(target)) return
            if (target.closest("a, button, label")) return
            if (String(window.getSelection()) === "") open(row)
          },
        }
      : {}
}
