"""Finds, loads and checks the C library, and declares its functions."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from ctypes import POINTER, Structure, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

#: The interface version that this package is written for, as IM_ABI.
ABI = 1
NUL_TERMINATED = ctypes.c_size_t(-1).value


class Str(Structure):
    """An im_str."""

    _fields_ = [("ptr", c_void_p), ("len", c_size_t)]

    def text(self) -> str:
        return ctypes.string_at(self.ptr, self.len).decode() if self.len else ""


class TxnId(Structure):
    _fields_ = [("bytes", c_uint8 * 16)]

    def text(self) -> str:
        return bytes(self.bytes).hex()


class RoomView(Structure):
    _fields_ = [
        ("size", c_uint32), ("room_kind", c_int32), ("room", c_uint64), ("name", Str), ("topic", Str),
        ("head", c_uint64), ("read", c_uint64), ("peer", c_uint64), ("members", c_uint32),
    ]  # fmt: skip


class SearchFor(Structure):
    """An im_search."""

    _fields_ = [
        ("size", c_uint32), ("limit", c_uint32), ("text", c_char_p), ("author", c_char_p), ("room", c_uint64), ("since", c_uint64),
        ("until", c_uint64), ("before_room", c_uint64), ("before_seq", c_uint64),
    ]  # fmt: skip


class PersonView(Structure):
    _fields_ = [
        ("size", c_uint32), ("presence", c_int32), ("user", c_uint64), ("name", Str), ("status", Str), ("reason", c_int32),
    ]  # fmt: skip


class ClientView(Structure):
    _fields_ = [
        ("size", c_uint32), ("ready", c_int32), ("closed", c_int32), ("unanswered", c_uint32), ("user", c_uint64),
        ("name", Str), ("text_bytes_max", c_uint32), ("round_trip_us", c_uint32),
    ]  # fmt: skip


class Strs(Structure):
    _fields_ = [("items", POINTER(Str)), ("count", c_size_t)]


class ServerInfoView(Structure):
    _fields_ = [
        ("size", c_uint32), ("version", c_uint32), ("name", Str), ("epoch", c_uint64), ("capabilities", Strs),
        ("passkey", c_int32), ("backlog", c_uint32), ("frame_bytes_max", c_uint32), ("text_bytes_max", c_uint32),
        ("name_bytes_max", c_uint32), ("room_name_bytes_max", c_uint32), ("topic_bytes_max", c_uint32),
        ("status_bytes_max", c_uint32), ("rooms_max", c_uint32), ("posts_in_flight_max", c_uint32),
        ("requests_per_second", c_uint32), ("requests_burst", c_uint32),
    ]  # fmt: skip


class MemberView(Structure):
    _fields_ = [
        ("size", c_uint32), ("presence", c_int32), ("user", c_uint64), ("name", Str), ("delivered", c_uint64), ("read", c_uint64),
    ]  # fmt: skip


class ServerView(Structure):
    _fields_ = [
        ("size", c_uint32), ("drained", c_int32), ("connections", c_uint32), ("people", c_uint32), ("rooms", c_uint32),
    ]  # fmt: skip


LOG = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)

#: All functions of the header with their parameters; those not in RETURNS return a status.
FUNCTIONS: dict[str, list[Any]] = {
    "im_abi_version": [],
    "im_version": [],
    "im_strerror": [c_int32],
    "im_last_error": [],
    "im_config_new": [POINTER(c_void_p)],
    "im_config_free": [c_void_p],
    "im_config_set_str": [c_void_p, c_int32, c_char_p],
    "im_config_set_int": [c_void_p, c_int32, c_int64],
    "im_config_set_log": [c_void_p, c_int32, LOG, c_void_p],
    "im_new": [c_uint32, c_void_p, POINTER(c_void_p)],
    "im_free": [c_void_p],
    "im_step": [c_void_p, c_int32],
    "im_fd": [c_void_p, POINTER(c_int32)],
    "im_next_timeout": [c_void_p, POINTER(c_int32)],
    "im_next_event": [c_void_p, POINTER(c_void_p)],
    "im_event_encode": [c_void_p, c_int32, POINTER(c_void_p), POINTER(c_size_t)],
    "im_next_events": [c_void_p, c_int32, c_uint32, POINTER(c_void_p), POINTER(c_size_t)],
    "im_advance": [c_void_p, c_uint32],
    "im_watch": [c_void_p, c_int32, POINTER(c_uint64)],
    "im_remove": [c_void_p, c_uint64],
    "im_waker_new": [c_void_p, POINTER(c_void_p)],
    "im_waker_wake": [c_void_p],
    "im_waker_free": [c_void_p],
    "im_connect": [c_void_p, c_char_p, c_void_p, POINTER(c_uint64)],
    "im_client_quit": [c_void_p, c_uint64, c_char_p],
    "im_client_login": [c_void_p, c_uint64, c_char_p, c_char_p],
    "im_client_retry_now": [c_void_p, c_uint64],
    "im_client_post": [c_void_p, c_uint64, c_uint64, c_char_p, c_size_t, POINTER(TxnId)],
    "im_client_reply": [c_void_p, c_uint64, c_uint64, c_uint64, c_char_p, c_size_t, POINTER(TxnId)],
    "im_client_edit": [c_void_p, c_uint64, c_uint64, c_uint64, c_char_p, c_size_t, POINTER(TxnId)],
    "im_client_delete": [c_void_p, c_uint64, c_uint64, c_uint64, POINTER(TxnId)],
    "im_client_react": [c_void_p, c_uint64, c_uint64, c_uint64, c_char_p, c_int32, POINTER(TxnId)],
    "im_client_mark_read": [c_void_p, c_uint64, c_uint64, c_uint64],
    "im_client_typing": [c_void_p, c_uint64, c_uint64, c_int32],
    "im_client_set_status": [c_void_p, c_uint64, c_int32, c_char_p, POINTER(c_uint32)],
    "im_client_create_room": [c_void_p, c_uint64, c_char_p, c_char_p, POINTER(c_uint32)],
    "im_client_join": [c_void_p, c_uint64, c_char_p, POINTER(c_uint32)],
    "im_client_leave": [c_void_p, c_uint64, c_uint64, POINTER(c_uint32)],
    "im_client_set_topic": [c_void_p, c_uint64, c_uint64, c_char_p, POINTER(c_uint32)],
    "im_client_direct": [c_void_p, c_uint64, c_char_p, POINTER(c_uint32)],
    "im_client_history": [c_void_p, c_uint64, c_uint64, c_uint64, c_uint32, POINTER(c_uint32)],
    "im_client_fetch": [c_void_p, c_uint64, c_uint64, c_uint64, c_uint64, c_uint32, c_int32, POINTER(c_uint32)],
    "im_client_search": [c_void_p, c_uint64, POINTER(SearchFor), POINTER(c_uint32)],
    "im_client_list_rooms": [c_void_p, c_uint64, c_uint64, POINTER(c_uint32)],
    "im_client_list_users": [c_void_p, c_uint64, c_uint64, POINTER(c_uint32)],
    "im_client_list_members": [c_void_p, c_uint64, c_uint64, c_uint64, POINTER(c_uint32)],
    "im_client_look": [c_void_p, c_uint64, POINTER(POINTER(ClientView))],
    "im_client_snapshot": [c_void_p, c_uint64, POINTER(Str)],
    "im_client_next_room": [c_void_p, c_uint64, c_uint64, POINTER(POINTER(RoomView))],
    "im_client_next_person": [c_void_p, c_uint64, c_uint64, POINTER(POINTER(PersonView))],
    "im_client_room": [c_void_p, c_uint64, c_uint64, POINTER(POINTER(RoomView))],
    "im_client_person": [c_void_p, c_uint64, c_uint64, POINTER(POINTER(PersonView))],
    "im_client_server": [c_void_p, c_uint64, POINTER(POINTER(ServerInfoView))],
    "im_set_user": [c_void_p, c_uint64, c_void_p],
    "im_event_kind_name": [c_int32],
    "im_code_name": [c_int32],
    "im_serve": [c_void_p, c_void_p, POINTER(c_uint64)],
    "im_listen": [c_void_p, c_uint64, c_char_p, POINTER(Str)],
    "im_server_set_str": [c_void_p, c_uint64, c_int32, c_char_p],
    "im_server_resolve": [c_void_p, c_uint64, c_uint64, c_int32, c_char_p],
    "im_server_kick": [c_void_p, c_uint64, c_char_p, c_char_p],
    "im_server_kick_user": [c_void_p, c_uint64, c_uint64, c_char_p],
    "im_server_remove_member": [c_void_p, c_uint64, c_uint64, c_uint64, c_char_p],
    "im_server_close_room": [c_void_p, c_uint64, c_uint64, c_char_p],
    "im_server_post": [c_void_p, c_uint64, c_uint64, c_char_p, c_size_t],
    "im_server_delete": [c_void_p, c_uint64, c_uint64, c_uint64],
    "im_server_set_int": [c_void_p, c_uint64, c_int32, c_int64],
    "im_server_next_member": [c_void_p, c_uint64, c_uint64, c_uint64, POINTER(POINTER(MemberView))],
    "im_unlisten": [c_void_p, c_uint64, c_char_p],
    "im_server_broadcast": [c_void_p, c_uint64, c_char_p],
    "im_server_drain": [c_void_p, c_uint64],
    "im_server_look": [c_void_p, c_uint64, POINTER(POINTER(ServerView))],
    "im_server_next_person": [c_void_p, c_uint64, c_uint64, POINTER(POINTER(PersonView))],
    "im_server_next_room": [c_void_p, c_uint64, c_uint64, POINTER(POINTER(RoomView))],
}
RETURNS: dict[str, Any] = {
    "im_abi_version": c_uint32, "im_version": c_char_p, "im_strerror": c_char_p, "im_last_error": c_char_p,
    "im_event_kind_name": c_char_p, "im_code_name": c_char_p,
}  # fmt: skip


def _candidates() -> list[str]:
    """Possible files of the library: only IM_LIBRARY if it is set; otherwise the package's and the system's."""
    if given := os.environ.get("IM_LIBRARY"):
        return [given]
    name = {"darwin": "libim.dylib", "win32": "im.dll"}.get(sys.platform, "libim.so")
    bundled = Path(__file__).with_name(name)
    found = [str(bundled)] if bundled.exists() else []
    if system := ctypes.util.find_library("im"):
        found.append(system)
    return [*found, "libim.so.0" if name == "libim.so" else name]


def load() -> ctypes.CDLL:
    """Loads the library and checks its interface version."""
    problems = []
    for candidate in _candidates():
        try:
            library = ctypes.CDLL(candidate)
            break
        except OSError as error:
            problems.append(str(error))
    else:
        raise ImportError("cannot load the libim library: " + "; ".join(problems) + ". Set IM_LIBRARY to its file.")
    try:
        library.im_abi_version.restype = c_uint32
        found = library.im_abi_version()
    except AttributeError:
        raise ImportError(f"{candidate} is not the libim library") from None
    if found >> 16 != ABI >> 16 or found < ABI:
        raise ImportError(f"{candidate} has interface {found:#x}; this package needs {ABI:#x} or a later revision of it")
    for function, parameters in FUNCTIONS.items():
        declared = getattr(library, function)
        declared.argtypes = parameters
        declared.restype = RETURNS.get(function, c_int32)
    return library


lib = load()
