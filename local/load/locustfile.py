"""What the users of a load do. `local.load.stage` has locust run it; the plan says where and for whom."""

import itertools
import json
import os
import random
import time
import uuid
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant, events, task

from local.load.plan import NAME, Plan

PLAN = Plan.load(Path(os.environ[NAME]))
READ, LOOK, CORRECT = "read", "look", "correct"
_SECONDS = 35.0
_numbers = itertools.count()


class User(FastHttpUser):
    """Somebody with an account, who draws."""

    abstract = True
    host = PLAN.url
    connection_timeout = network_timeout = _SECONDS
    wait_time = constant(0)

    def on_start(self) -> None:
        """Come in as the next of the users, with habits of one's own."""
        number = next(_numbers)
        self.headers = dict(PLAN.users[number % len(PLAN.users)])
        self.habits = random.Random(number)  # noqa: S311 - nothing secret

    def read(self, strokes: Any, drawing: str | None = None) -> Any:
        """Have ink read."""
        question = {"strokes": strokes} | ({"drawing": drawing} if drawing else {})
        return self.client.post("/api/v1/predictions/", json=question, headers=self.headers, name=READ)

    def rest(self, low: float, high: float) -> None:
        """Do nothing for a while, between so many seconds."""
        gevent.sleep(self.habits.uniform(low, high))


class Person(User):
    """Draws at a human pace: read about every two seconds while the drawing grows, then a pause."""

    @task
    def draw(self) -> None:
        """Draw a line, look at the history now and then, and correct a reading more rarely."""
        drawing, answer = str(uuid.uuid4()), None
        for strokes in PLAN.drawing:
            answer = self.read(strokes, drawing)
            self.rest(1.5, 2.5)
        if self.habits.random() < 0.3:
            self.client.get("/api/v1/predictions/", headers=self.headers, name=LOOK)
        if answer is not None and answer.status_code in (200, 201) and self.habits.random() < 0.1:
            url = f"/api/v1/predictions/{answer.json()['id']}/correction/"
            self.client.put(url, json={"text": "the chart"}, headers=self.headers, name=CORRECT)
        self.rest(2, 6)


class Program(User):
    """Has ink read as fast as it goes; told to come again later, it does."""

    @task
    def ask(self) -> None:
        """Read one word."""
        answer = self.read(PLAN.drawing[-1])
        if later := (answer.headers or {}).get("Retry-After"):
            self.rest(int(later), int(later) + 1)


_good = itertools.count(1)


@events.init.add_listener
def note(environment: Any, **_: Any) -> None:
    """Note each request as it ends, and end when there were enough readings."""
    out = Path(PLAN.results).open("w", encoding="utf-8")  # noqa: SIM115 - closed when locust quits

    def write(what: str, begun: float, ms: float, outcome: int | str) -> None:
        out.write(json.dumps({"what": what, "begun": begun, "ms": ms, "outcome": outcome}) + "\n")

    def ended(
        name: str, start_time: float, response_time: float, response: Any, exception: Any, **_: Any
    ) -> None:
        status = getattr(response, "status_code", 0)
        write(name, start_time, response_time, status or type(exception).__name__)
        if name == READ and status in (200, 201) and next(_good) == PLAN.readings:
            gevent.spawn(environment.runner.quit)  # it waits for every user, this one too

    def failed(exception: Exception, **_: Any) -> None:
        """Let a mistake of this file be seen among the outcomes."""
        write("a user", time.time(), 0, type(exception).__name__)

    events.request.add_listener(ended)
    events.user_error.add_listener(failed)
    events.quit.add_listener(lambda **_: out.close())
