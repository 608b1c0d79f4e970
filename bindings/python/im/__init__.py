"""Chat in your own programs and on your own network: libim for Python.

    import im

    with im.connect("127.0.0.1", "pia") as client:
        client.post("Hello from Python!")
        for event in client:
            if isinstance(event, im.Message):
                print(f"{event.name}: {event.text}")

`im.connect` and `im.serve` return objects that block while they wait; `im.aio` has the same for asyncio. Events are frozen dataclasses,
and errors are exceptions, all of them subclasses of `im.ImError`. `im.Bot` calls functions for messages and commands.
"""

import importlib
from typing import TYPE_CHECKING, Any

from . import _errors, _events
from ._client import Client, connect
from ._client_base import LOBBY
from ._context import Context, Waker
from ._enums import Code, LeaveReason, LogLevel, Option, Presence, RoomKind, Status, ApprovalKind
from ._errors import *  # noqa: F403 - every exception
from ._events import *  # noqa: F403 - every event
from ._library import lib as _lib
from ._server import Server, serve

if TYPE_CHECKING:
    from . import aio
    from .bot import Bot

#: The version of the loaded library.
version: str = _lib.im_version().decode()


def __getattr__(name: str) -> Any:
    """Imports asyncio only when it is used: that takes longer than everything else."""
    if name == "aio":
        return importlib.import_module(".aio", __name__)
    if name == "Bot":
        return importlib.import_module(".bot", __name__).Bot
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "LOBBY", "Bot", "Client", "Code", "Context", "LeaveReason", "LogLevel", "Option", "Presence", "RoomKind", "Server", "Status",
    "Waker", "ApprovalKind", "aio", "connect", "serve", "version",
    *_events.__all__,
    *(name for name, it in vars(_errors).items() if isinstance(it, type) and issubclass(it, Exception)),
]  # fmt: skip
