"""What several files of tests need."""

import re
import time

import im
from conftest import PATIENCE


def number(state, name):
    return int(re.search(rf"\b{name}=(\d+)", state)[1])


def next_of(client, kind, fits=lambda it: True):
    """The next event of a kind that somebody gets; all before it are dropped."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        client._wait(lambda: bool(client._events), 1)
        while client._events:
            event = client._events.popleft()
            if isinstance(event, kind) and fits(event):
                return event
    raise AssertionError(f"no {kind.__name__} came")


def said(client, author):
    """The next message of somebody."""
    return next_of(client, im.Message, lambda it: it.name == author)


def tea_behind(one, anna):
    """A room that both are in, while the window shows the lobby."""
    one.type("/join tea\n")
    one.state("room=#tea")
    tea = anna.join("tea")
    one.press("#lobby", "Item")
    one.state("room=#lobby")
    return tea
