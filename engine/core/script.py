"""A node that asks several things, written from top to bottom as one story.

    def story(config, ctx):
        found = yield Ask(Read("reach", {...}))
        sent = yield Ask(Effect(...), catch=True)
        return Done("sent", ...)

    def run(config, ctx):
        return replay(story(config, ctx), ctx.answers)

Each call of `run` tells the story again with the answers so far and stops at the first question
that has none. So a story, like `run`, may depend on nothing but its arguments and its answers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from engine.core.node import Answer, Ask, Done

Story = Generator[Ask, Answer, Done]


def replay(story: Story, answers: Iterable[Answer]) -> Done | Ask:
    """The story's next question, or its end once every question has its answer."""
    try:
        question = next(story)
        for answer in answers:
            question = story.send(answer)
        return question
    except StopIteration as end:
        done: Done = end.value
        return done
    finally:
        story.close()
