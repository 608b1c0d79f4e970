"""The base of events: frozen dataclasses that use a parsed map directly as their attributes.

Keys that the map lacks have the class's default. So creating an event costs little more than parsing it.
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
    #: Conversions of fields from their parsed values.
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
    """An event of the library. `source` is the id of the client, server or descriptor that it comes from."""

    source: int = 0
