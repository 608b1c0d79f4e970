"""What every event is made of: a frozen dataclass that takes a parsed map as its attributes.

What the map leaves out has the class's default. So an event costs little more than its parsing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

_T = TypeVar("_T", bound="Record")
set_attribute: Callable[[object, str, object], None] = object.__setattr__
new = object.__new__


@dataclass(frozen=True)
class Record:
    #: What a field's plain value is turned into.
    _convert: ClassVar[dict[str, Callable[[Any], Any]]] = {}

    @classmethod
    def _from(cls: type[_T], fields: dict[str, Any]) -> _T:
        for name, convert in cls._convert.items():
            if name in fields:
                fields[name] = convert(fields[name])
        record = new(cls)
        set_attribute(record, "__dict__", fields)
        return record


@dataclass(frozen=True)
class Event(Record):
    """Something that the library tells. `source` is the id of the client, server or descriptor that it comes from."""

    source: int = 0
