"""SpiffWorkflow, the flow of `interpreter`: six nodes in memory, with and without its own JSON."""

from __future__ import annotations

import importlib
import time
import warnings
from typing import Any


def measure(runs: int = 500, *, serialised: bool = False) -> float:
    """Runs a second of the processor; `serialised`: the state as JSON after each step.

    After each step, since that is what going on after a crash needs there; our journal holds the
    whole advance as one entry.
    """
    spec = _spec()
    workflow_type = importlib.import_module("SpiffWorkflow.workflow").Workflow
    serializer = importlib.import_module("SpiffWorkflow.serializer.json").JSONSerializer()
    began = time.process_time()
    for number in range(runs):
        run = workflow_type(spec)
        run.get_tasks()[0].set_data(amount=620 + number % 100, channel="live")
        if serialised:
            while run.run_next():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # it calls this way of saving an old one
                    run.serialize(serializer)
        else:
            run.run_all()
        if not run.is_completed():
            raise RuntimeError("a run of SpiffWorkflow did not end")
    return runs / (time.process_time() - began)


def _spec() -> Any:
    specs = {
        name: getattr(importlib.import_module(f"SpiffWorkflow.specs.{name}"), name)
        for name in ("WorkflowSpec", "ExclusiveChoice", "Simple")
    }
    by = importlib.import_module("SpiffWorkflow.operators")
    spec = specs["WorkflowSpec"](name="vip", addstart=True)
    simple, choice = specs["Simple"], specs["ExclusiveChoice"]
    large, channel = choice(spec, "large"), choice(spec, "channel")
    points = simple(spec, "points", post_assign=[by.Assign("points", right="1240")])
    tag = simple(spec, "tag", post_assign=[by.Assign("tag", right="VIP")])
    done = simple(spec, "done")
    spec.start.connect(large)
    large.connect_if(by.GreaterThan(by.Attrib("amount"), 500), points)
    large.connect(done)
    points.connect(channel)
    channel.connect_if(by.Equal(by.Attrib("channel"), "live"), tag)
    channel.connect(done)
    tag.connect(done)
    return spec
