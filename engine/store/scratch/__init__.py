"""What a test run asks of two databases: rows carried into its own, and what happens in there.

`source` is the installation, read in one snapshot; `target` is a scratch database. Nothing here
ever writes to the source. Credentials, passwords and tokens stay behind.

small.py   settings, people and flows: whole           past.py   what the events name, as it was
ledger.py  settlement as it was                        place.py  the scratch database itself
history.py people's dated acts on money and budgets
due.py     what is due in there next, what was opened  seen.py   what came of it
database.py, shelves.py, shelf.py, grouped.py, waiting.py  its busiest tables, in memory
"""

from engine.store.scratch.due import (
    Due,
    delay_calls,
    due_in_settlement,
    due_next,
    has_due_calls,
    name_of_user,
    new_tasks,
    open_waits,
    pending_calls,
    put_stand_in,
)
from engine.store.scratch.past import (
    Restored,
    copy_events,
    copy_marks,
    copy_orders,
    copy_people,
    events_between,
    put_identities,
)
from engine.store.scratch.place import open_empty, take_lane
from engine.store.scratch.seen import (
    accounts_booked,
    calls_made,
    calls_of,
    entries_by_key,
    has_entries,
    history_by,
    incidents_beside,
    journals_of,
    notices_by,
    notices_given,
    notices_untold,
    page_of_runs,
    rows_of,
    runs_of_events,
    unheard_events,
)
from engine.store.scratch.small import copy_flows, copy_whole, defer_keys, put_flow_live

__all__ = [
    "Due",
    "Restored",
    "accounts_booked",
    "calls_made",
    "calls_of",
    "copy_events",
    "copy_flows",
    "copy_marks",
    "copy_orders",
    "copy_people",
    "copy_whole",
    "defer_keys",
    "delay_calls",
    "due_in_settlement",
    "due_next",
    "entries_by_key",
    "events_between",
    "has_due_calls",
    "has_entries",
    "history_by",
    "incidents_beside",
    "journals_of",
    "name_of_user",
    "new_tasks",
    "notices_by",
    "notices_given",
    "notices_untold",
    "open_empty",
    "open_waits",
    "page_of_runs",
    "pending_calls",
    "put_flow_live",
    "put_identities",
    "put_stand_in",
    "rows_of",
    "runs_of_events",
    "take_lane",
    "unheard_events",
]
