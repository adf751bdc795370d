"""The figures of the product, measured side by side with peers; `jimu bench` runs them.

Each module named in `main.NAMES` has `measure(...) -> Figure | list[Figure]`: one round. Of several
rounds the median counts. `plain_python` says how fast the machine is just now, so that figures of
two days can be compared. `peers/` holds the same work done with others; what is not installed is
left out with a line that says so.

BENCH_DATABASE_URL measures on a PostgreSQL of one's own: the address of any database on it, as
somebody who may create databases. Without it a server is started for the time of the measurement.
"""
