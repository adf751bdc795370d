"""Test runs (试运行): a flow on past, given or prepared events, before anything goes live.

The very functions of the live server (inbox, runner, outbox, clock, answers of people) work on a
scratch world; nothing in them asks which one it is.

asked.py     what is asked: version, events, answers, start        chosen.py   the version, checked
fitting.py   whether what is asked fits the version
sources.py   events from a list, a file, the past                  documents.py  written as JSON
feed.py      in order of receipt, and what was wrong               concerned.py  whom they name
named.py     the same of settlement                               ledger.py  settlement as of then
spool.py     where they lie                                        starts.py   without events
scratch.py   the world                                             filling.py  rows as of then
samples.py   who answers calls                                     people.py   who answers tasks
course.py    time, wave by wave                                    turns.py    what goes into one
pace.py      how far at once                                       ordering.py  whose order
watching.py  what came of it, counted while it goes                tally.py    counted
harvest.py   the same read from rows, run by run                   sharing.py  in two processes
beside.py    the second process                                    collecting.py  garbage
report.py    as people read it                                     compare.py  beside a version
run.py       all of it, in order                                   traces.py   one kept run
cases.py     a flow's saved cases                                  jobs.py     as jobs, kept
shadow.py    a draft beside the live version, day by day
"""

from engine.runtime.simulate.asked import Given, Setup, read_setup
from engine.runtime.simulate.run import Result, simulate

__all__ = ["Given", "Result", "Setup", "read_setup", "simulate"]
