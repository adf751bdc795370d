"""One's own tasks (我的待办) and notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import SIGNED_IN, Model, Resource, Shown
from engine.core.text import text
from engine.runtime import steering
from engine.store import tasks as task_store

resource = Resource("tasks", text("我的待办", "Approvals and forms that wait for oneself"))


class TaskPath(Model):
    """Which task."""

    task_id: str = Field(pattern=r"^task_[0-9A-Z]{26}$")


class Task(Shown):
    """A task of one's own."""

    id: str
    kind: str = Field(description="approval or form")
    title: str
    run_id: str
    form: dict[str, Any] | None = Field(description="JSON Schema of what is filled in")
    ports: list[str] = Field(description="The answers there are")
    details: dict[str, Any] = Field(description="What one needs to know for it")
    status: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    answer: dict[str, Any] | None


class TaskAnswer(Model):
    """One's answer."""

    port: str = Field(min_length=1, max_length=64, examples=["approved"])
    values: dict[str, Any] = Field(default_factory=dict, description="What the form asks for")
    comment: str = Field("", max_length=2000)


class Notice(Shown):
    """A notice for oneself."""

    id: int
    title: str
    body: str
    link: str | None
    run_id: str | None
    at: datetime
    read_at: datetime | None


class ReadBody(Model):
    """Which notices were read."""

    ids: list[int] = Field(min_length=1, max_length=200)


class HowMany(Shown):
    """How many changed."""

    changed: int


def show(row: Any) -> Task:
    return Task.model_validate(row)


@resource.get("/tasks", act="tasks.answer", answers={200: Page[Task]})
def list_tasks(query: PageQuery) -> Response:
    """One's own open tasks, the newest first."""
    (before,) = start(query, str) or (None,)
    with world().db.reading() as conn:
        rows = task_store.tasks_of(
            conn, tenant(), caller().id, before=before, limit=query.limit + 1
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, show, following)


@resource.get("/tasks/<task_id>", act="tasks.answer", answers={200: Task})
def read_task(path: TaskPath) -> Response:
    """One of one's own tasks, answered or not."""
    return answer(show(steering.read_task(world(), caller(), path.task_id)))


@resource.post("/tasks/<task_id>/answer", act="tasks.answer", answers={200: Task})
def answer_task(path: TaskPath, body: TaskAnswer) -> Response:
    """Answers a task. Of several people the first answer counts; the others get 409."""
    row = steering.answer_task(
        world(), caller(), path.task_id, body.port, body.values, body.comment
    )
    return answer(show(row))


@resource.get("/notices", act=SIGNED_IN, answers={200: Page[Notice]})
def list_notices(query: PageQuery) -> Response:
    """One's own notices, the newest first."""
    (before,) = start(query, int) or (None,)
    with world().db.reading() as conn:
        rows = task_store.notices_of(
            conn, tenant(), caller().id, before=before, limit=query.limit + 1
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, Notice.model_validate, following)


@resource.post("/notices/read", act=SIGNED_IN, answers={200: HowMany})
def read_notices(body: ReadBody) -> Response:
    """Marks notices of one's own as read."""
    ids = [one for one in body.ids if 0 < one < 2**63]
    with world().db.begin() as conn:
        changed = task_store.read_notices(conn, tenant(), caller().id, ids, world().now())
    return answer({"changed": changed})
