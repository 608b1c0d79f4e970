"""Helpers shared by the test modules."""

import re
import time

import im
from window import PATIENCE


def number(state, name):
    return int(re.search(rf"\b{name}=(\d+)", state)[1])


def next_of(client, kind, fits=lambda it: True):
    """Waits for a client's next event of a kind and returns it; earlier events are dropped."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        client._wait(lambda: bool(client._events), 1)
        while client._events:
            event = client._events.popleft()
            if isinstance(event, kind) and fits(event):
                return event
    raise AssertionError(f"no {kind.__name__} came")


def said(client, author):
    """Waits for the next message of a user and returns it."""
    return next_of(client, im.Message, lambda it: it.name == author)


def tea_behind(one, anna):
    """Creates a room that both are in, with the window back in the lobby."""
    one.type("/join tea\n")
    one.state("room=#tea")
    tea = anna.join("tea")
    one.press("#lobby", "Item")
    one.state("room=#lobby")
    return tea
