"""A line editor at the bottom of the terminal, with output above it."""

from __future__ import annotations

import asyncio
import codecs
import os
import sys
import termios
import tty
import unicodedata
from collections.abc import Callable
from types import TracebackType
from typing import Any

from .common import is_harmful

#: Completes a word: returns all candidates for its beginning.
Complete = Callable[[str, bool], list[str]]

_KEYS = {
    "\x1b[A": "up", "\x1bOA": "up", "\x1b[B": "down", "\x1bOB": "down", "\x1b[C": "right", "\x1bOC": "right",
    "\x1b[D": "left", "\x1bOD": "left", "\x1b[H": "home", "\x1b[1~": "home", "\x1b[F": "end", "\x1b[4~": "end",
    "\x1b[3~": "delete", "\x01": "home", "\x05": "end", "\x02": "left", "\x06": "right", "\x10": "up", "\x0e": "down",
    "\x7f": "rubout", "\x08": "rubout", "\x15": "kill line", "\x0b": "kill end", "\x17": "kill word", "\t": "complete",
    "\r": "enter", "\n": "enter", "\x0c": "redraw",
}  # fmt: skip


def width(text: str) -> int:
    """The number of terminal columns of a text."""
    return sum(
        0 if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


class Line:
    """Reads lines; `async with` sets and restores the terminal's mode. Without a terminal it reads plain lines."""

    def __init__(self, complete: Complete) -> None:
        self._complete = complete
        self._prompt = "> "
        self._text = ""
        self._at = 0
        self._history: list[str] = []
        self._place = 0
        self._keys = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self._saved: list[Any] | None = None

    async def __aenter__(self) -> Line:
        self._fd = sys.stdin.fileno()
        if self._terminal:
            self._saved = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd)
            self._draw()
        try:
            asyncio.get_running_loop().add_reader(self._fd, self._read)
        except (OSError, PermissionError):
            # A regular file is always readable and cannot be watched.
            self._feed(self._decoder.decode(sys.stdin.buffer.read(), final=True))
            self._end()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        if self._saved is not None:
            self._clear()
            sys.stdout.flush()
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._saved)
            # Further output is plain lines.
            self._saved, self._terminal = None, False

    @property
    def is_terminal(self) -> bool:
        """Whether input comes from a terminal; otherwise it comes from a file or a pipe."""
        return self._terminal

    async def read(self) -> str | None:
        """The next line; None: there are no more."""
        return await self._lines.get()

    @property
    def prompt(self) -> str:
        """The text before the edited line."""
        return self._prompt

    @prompt.setter
    def prompt(self, prompt: str) -> None:
        self._prompt = prompt
        if self._saved is not None:
            self._clear()
            self._draw()
            sys.stdout.flush()

    def show(self, text: str) -> None:
        """Writes a line above the edited one."""
        if self._terminal:
            self._clear()
        sys.stdout.write(text + "\n")
        if self._terminal:
            self._draw()
        sys.stdout.flush()

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 4096)
        except OSError:
            # The terminal is gone.
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._end()
            return
        self._feed(self._decoder.decode(data))

    def _end(self) -> None:
        if self._text and not self._terminal:
            # The last line has no line feed.
            self._lines.put_nowait(self._text)
        self._lines.put_nowait(None)

    def _feed(self, text: str) -> None:
        if not self._terminal:
            *lines, self._text = (self._text + text).split("\n")
            for line in lines:
                self._lines.put_nowait(line.rstrip("\r"))
            return
        for c in text:
            self._keys += c
            if self._keys == "\x1b" or (self._keys.startswith(("\x1b[", "\x1bO")) and (len(self._keys) < 3 or not c.isalpha() and c != "~")):
                continue
            key, self._keys = self._keys, ""
            self._press(key)
        self._clear()
        self._draw()
        sys.stdout.flush()

    def _press(self, key: str) -> None:
        name = _KEYS.get(key)
        before, after = self._text[: self._at], self._text[self._at :]
        if key == "\x04" and not self._text:
            self._lines.put_nowait(None)
        elif key == "\x04" or name == "delete":
            self._text = before + after[1:]
        elif name == "rubout":
            self._put(before[:-1], after)
        elif name == "kill line":
            self._put("", after)
        elif name == "kill end":
            self._put(before, "")
        elif name == "kill word":
            head = before.rstrip()
            self._put(head[: head.rfind(" ") + 1], after)
        elif name == "left":
            self._at = max(0, self._at - 1)
        elif name == "right":
            self._at = min(len(self._text), self._at + 1)
        elif name == "home":
            self._at = 0
        elif name == "end":
            self._at = len(self._text)
        elif name in ("up", "down"):
            self._recall(-1 if name == "up" else 1)
        elif name == "complete":
            self._fill()
        elif name == "enter":
            self._enter()
        elif name is None and not any(map(is_harmful, key)):
            self._put(before + key, after)

    def _put(self, before: str, after: str) -> None:
        self._text, self._at = before + after, len(before)

    def _enter(self) -> None:
        if self._text.strip() and self._history[-1:] != [self._text]:
            self._history.append(self._text)
        self._place = len(self._history)
        self._lines.put_nowait(self._text)
        self._put("", "")

    def _recall(self, by: int) -> None:
        self._place = max(0, min(len(self._history), self._place + by))
        self._put(self._history[self._place] if self._place < len(self._history) else "", "")

    def _fill(self) -> None:
        """Completes the word before the cursor as far as it is unambiguous."""
        before, after = self._text[: self._at], self._text[self._at :]
        start = before.rfind(" ") + 1
        found = self._complete(before[start:], start == 0)
        if not found:
            return
        common = os.path.commonprefix([it.casefold() for it in found])
        word = found[0] + " " if len(found) == 1 else found[0][: len(common)]
        self._put(before[:start] + word, after.lstrip(" ") if len(found) == 1 else after)

    def _clear(self) -> None:
        sys.stdout.write("\r\x1b[K")

    def _draw(self) -> None:
        """Draws the part around the cursor that fits into one row."""
        try:
            columns = os.get_terminal_size().columns or 80
        except OSError:
            columns = 80
        room = max(10, columns - width(self._prompt) - 1)
        start = 0 if width(self._text) <= room else self._at
        while start > 0 and width(self._text[start - 1 : self._at]) < room * 2 // 3:
            start -= 1
        end = self._at
        while end < len(self._text) and width(self._text[start : end + 1]) <= room:
            end += 1
        back = width(self._text[self._at : end])
        sys.stdout.write(self._prompt + self._text[start:end] + (f"\x1b[{back}D" if back else ""))
