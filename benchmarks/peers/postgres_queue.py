"""The floor under a queue in PostgreSQL: COPY in, two processes claim 50 and finish 50, no more.

Nothing is computed and nothing kept per run: this is what the database allows for the way of
working, not a product.
"""

from __future__ import annotations

import time

import psycopg

from benchmarks.crew import Gate, crew
from benchmarks.database import database, plain_url

TAKERS, BATCH = 2, 50
TABLE = (
    "CREATE TABLE queue (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
    "status smallint NOT NULL DEFAULT 0, payload text NOT NULL)"
)
CLAIM = (
    "UPDATE queue SET status = 1 WHERE id IN (SELECT id FROM queue WHERE status = 0 "
    f"ORDER BY id LIMIT {BATCH} FOR UPDATE SKIP LOCKED) RETURNING id, payload"
)
IS_FILLED = "SELECT 1 FROM queue LIMIT 1"
FINISH = "UPDATE queue SET status = 2 WHERE id = ANY(%s)"


def _take(gate: Gate, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        gate.wait()
        while not connection.execute(IS_FILLED).fetchone():
            time.sleep(0.005)
        while found := connection.execute(CLAIM).fetchall():
            connection.execute(FINISH, [[row[0] for row in found]])


def measure(rows: int = 20_000) -> float:
    """Rows a second, from the first byte of COPY to the last one finished."""
    with database() as address:
        url = plain_url(address)
        with (
            psycopg.connect(url, autocommit=True) as connection,
            crew(TAKERS, _take, url) as takers,
        ):
            connection.execute(TABLE)
            connection.execute("CREATE INDEX ON queue (id) WHERE status = 0")
            began = takers.go()
            with connection.cursor().copy("COPY queue (payload) FROM STDIN") as copy:
                for number in range(rows):
                    copy.write_row((f'{{"order": {number}, "amount": "620.00"}}',))
            takers.join()
            took = time.monotonic() - began
            left = connection.execute("SELECT count(*) FROM queue WHERE status < 2").fetchone()
            if left != (0,):
                raise RuntimeError(f"the queue was not emptied: {left}")
    return rows / took
