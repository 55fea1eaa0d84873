import threading

from pymano.serving.state import Remembered, State

READY, STARTING, AWAY = State("ready", 1, 100), State("starting"), State("away")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_asks_once_and_remembers_for_a_while():
    asked = []
    clock = Clock()
    state = Remembered(lambda: asked.append(1) or READY, seconds=2, clock=clock)
    assert [state() for _ in range(100)] == [READY] * 100
    assert len(asked) == 1
    clock.now += 2.5
    state()
    assert len(asked) == 2


def test_it_can_be_made_to_forget():
    answers = iter([STARTING, READY])
    state = Remembered(lambda: next(answers), seconds=1000)
    assert state() == STARTING
    state.forget()
    assert state() == READY


def test_while_one_asks_the_others_take_what_is_known():
    clock = Clock()
    asking, go_on = threading.Event(), threading.Event()
    answers = iter([READY, AWAY])

    def ask():
        said = next(answers)
        if said == AWAY:
            asking.set()
            go_on.wait(5)
        return said

    state = Remembered(ask, seconds=2, clock=clock)
    state()
    clock.now += 3
    slow = threading.Thread(target=state)
    slow.start()
    asking.wait(5)
    assert state() == READY
    go_on.set()
    slow.join()
    assert state() == AWAY
