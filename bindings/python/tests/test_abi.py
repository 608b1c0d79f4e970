"""Compares Python's declarations with the header as the C compiler sees it, and with the library's output."""

import ctypes
import json
import re
import subprocess
from ctypes import byref, c_void_p

import layout
import pytest

import im
from im import _enums, _library
from im._context import encode

WORDS = {
    "uint8_t": ctypes.c_uint8, "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64, "size_t": ctypes.c_size_t, "im_id": ctypes.c_uint64,
}  # fmt: skip


def header_structs():
    """The header's structures as ctypes classes."""
    made = {}
    for kind, name, body in re.findall(r"^typedef (struct|union) (im_\w+) \{(.*?)^\} \w+;", layout.text(), re.M | re.S):
        base = ctypes.Structure if kind == "struct" else ctypes.Union
        fields = []
        for word, stars, field, count in re.findall(r"(?:const )?(\w+) ((?:\*const )?\*?)(\w+)(?:\[(\d+)\])?;", body):
            it = c_void_p if stars else WORDS.get(word) or made[word]
            fields.append((field, it * int(count) if count else it))
        made[name] = type(name, (base,), {"_fields_": fields})
    return made


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Sizes and offsets according to the C compiler."""
    folder = tmp_path_factory.mktemp("layout")
    (folder / "probe.c").write_text(layout.probe())
    subprocess.run(["cc", f"-I{layout.HEADER.parent}", folder / "probe.c", "-o", folder / "probe"], check=True)
    printed = subprocess.run([folder / "probe"], check=True, capture_output=True, text=True).stdout
    return {name: int(number) for name, number in (line.split() for line in printed.splitlines())}


def test_every_function_is_declared_with_as_many_parameters():
    for name, _, parameters in layout.functions():
        count = 0 if parameters == ["void"] else len(parameters)
        assert len(_library.FUNCTIONS[name]) == count, name
    assert set(_library.FUNCTIONS) == {name for name, _, _ in layout.functions()}


def test_structures_have_the_compilers_layout(compiled):
    ours = {
        "im_str": _library.Str, "im_txn_id": _library.TxnId, "im_room": _library.RoomView, "im_person": _library.PersonView,
        "im_client_state": _library.ClientView, "im_server_state": _library.ServerView,
    }  # fmt: skip
    structs = header_structs()
    assert len(structs) > 20
    for name, it in [*structs.items(), *ours.items()]:
        assert ctypes.sizeof(it) == compiled[name], name
        for field, *_ in it._fields_:
            assert getattr(it, field).offset == compiled[f"{name}.{field}"], f"{name}.{field}"


def test_enumerations_have_the_headers_numbers():
    ours = {
        "im_status": (_enums.Status, "IM_"), "im_code": (_enums.Code, "IM_CODE_"),
        "im_leave_reason": (_enums.LeaveReason, "IM_LEAVE_"), "im_presence_kind": (_enums.Presence, "IM_PRESENCE_"),
        "im_room_kind": (_enums.RoomKind, "IM_ROOM_"), "im_approval_kind": (_enums.ApprovalKind, "IM_APPROVAL_"),
        "im_option": (_enums.Option, "IM_OPT_"), "im_log_level": (_enums.LogLevel, "IM_LOG_"),
    }  # fmt: skip
    for name, (kind, prefix) in ours.items():
        declared = {key.removeprefix(prefix).removeprefix("E_"): number for key, number in layout.enums()[name].items()}
        known = {it.name: int(it) for it in kind if not (it.name == "NONE" and it == 0)}
        assert known == declared, name
    for name in layout.enums()["im_event_kind"]:
        assert name.removeprefix("IM_EVENT_").lower() in im._events.KINDS, name


def test_statuses_have_exceptions():
    raised = {error.status for error in vars(im._errors).values() if isinstance(error, type) and issubclass(error, im.ImError)}
    assert {*_enums.Status} - raised == {_enums.Status.OK, _enums.Status.ABI}


def plain(structs, it, name=None):
    """A structure in the form of its JSON."""
    if isinstance(it, structs["im_str"]):
        return ctypes.string_at(it.ptr, it.len).decode()
    if isinstance(it, structs["im_txn_id"]):
        return bytes(it.bytes).hex() if any(it.bytes) else ""
    if isinstance(it, structs["im_users"]):
        return list((ctypes.c_uint64 * it.count).from_address(it.items)) if it.count else []
    if isinstance(it, structs["im_strs"]):
        return [plain(structs, one) for one in (structs["im_str"] * it.count).from_address(it.items)] if it.count else []
    lists = {"im_entries": "im_entry", "im_reactions": "im_reaction", "im_rooms": "im_room", "im_people": "im_person", "im_members": "im_member"}
    kind = type(it).__name__
    if kind in lists and name != "top":
        of = structs[lists[kind]]
        return [plain(structs, of.from_address(at)) for at in (c_void_p * it.count).from_address(it.items)] if it.count else []
    if not isinstance(it, ctypes.Structure):
        return it
    assert it.size == ctypes.sizeof(it), f"{kind} is {it.size} bytes in the library and {ctypes.sizeof(it)} in the header"
    fields = {}
    for field, *_ in it._fields_:
        if field in ("size", "items", "count") or (field == "kind" and kind == "im_entry"):
            continue
        value = getattr(it, field)
        if field == "person":
            value = plain(structs, structs["im_person"].from_address(value))
        elif isinstance(value, ctypes.Structure):
            value = plain(structs, value)
        if value:
            fields[field] = bool(value) if field in ("more", "resumed", "on", "deleted") else value
    if kind == "im_entry":
        names = {number: key.removeprefix("IM_EVENT_").lower() for key, number in layout.enums()["im_event_kind"].items()}
        fields["event"] = names[it.kind]
    if name == "top" and kind in lists:
        fields[kind.removeprefix("im_")] = plain(structs, it)
    return fields


MEMBER = {
    "backlog": "page", "history": "page", "logged_in": "login", "room_entered": "room", "rooms": "rooms", "people": "people", "users": "people",
    "presence": "presence", "members": "members", "missed": "gap", "posted": "posted", "post_failed": "posted",
    "typing": "typing", "receipt": "receipt", "disconnected": "wait", "throttled": "wait", "person_entered": "visitor",
    "person_detached": "visitor", "person_resumed": "visitor", "person_left": "visitor", "refused": "visitor",
    "approval": "approval",
}  # fmt: skip
ENTRIES = {"message", "edited", "deleted", "reacted", "room_created", "joined", "left", "topic", "other_entry"}


def test_structures_say_what_json_says(context):
    """Every event of a conversation is the same through the header's structures and as JSON."""
    structs = header_structs()
    names = {number: key.removeprefix("IM_EVENT_").lower() for key, number in layout.enums()["im_event_kind"].items()}
    lib, seen = im._library.lib, set()
    server = im.Server("mem:a", context=context, observe=True, approve=["creates"])
    anna = im.Client("mem:a", "anna", context=context)
    bert = im.Client("mem:a", "bert", context=context)

    def script():
        yield
        anna.post_nowait("hello @bert")
        yield
        bert.post_nowait("hi", reply_to=1)
        bert._react(1, 1, "👍", True)
        anna._edit(1, 1, "hello, @bert")
        anna._delete(1, 99)
        yield
        bert._delete(1, 2)
        bert.mark_read(3)
        bert.typing()
        anna._ask(lib.im_client_create_room, b"tea", b"hot")
        yield
        bert._ask(lib.im_client_join, b"tea")
        anna._ask(lib.im_client_set_status, 1, b"at lunch")
        anna._ask(lib.im_client_set_topic, 2, b"hotter")
        yield
        bert._ask(lib.im_client_list_rooms, 0)
        bert._ask(lib.im_client_list_users, 0)
        bert._ask(lib.im_client_list_members, 1, 0)
        bert._ask(lib.im_client_history, 1, 0, 0)
        bert._ask(lib.im_client_direct, b"nobody")
        yield
        bert._ask(lib.im_client_leave, 2)
        server.broadcast("the canteen opens")
        im.Client("mem:a", "cleo", context=context)
        yield
        server.kick("anna", "enough")
        yield
        lib.im_server_drain(context.handle, server.id)
        yield

    for _ in script():
        for _ in range(60):
            context.step(0)
            while True:
                event = c_void_p()
                assert lib.im_next_event(context.handle, byref(event)) == 0
                if not event:
                    break
                it = structs["im_event"].from_address(event.value)
                assert it.size == ctypes.sizeof(it)
                text, length = c_void_p(), ctypes.c_size_t()
                assert lib.im_event_encode(context.handle, 1, byref(text), byref(length)) == 0
                told = json.loads(ctypes.string_at(text.value, length.value))
                kind = names[it.kind]
                seen.add(kind)
                head = {"source": it.source}
                if kind not in ENTRIES and kind != "room_entered":
                    head |= {"request": it.request, "code": it.code, "room": it.room, "text": plain(structs, it.text)}
                read = {"event": kind} | {key: value for key, value in head.items() if value}
                member = "entry" if kind in ENTRIES else MEMBER.get(kind)
                if member and getattr(it.data, member):
                    read |= plain(structs, structs[f"im_{member}"].from_address(getattr(it.data, member)), "top")
                elif kind in ("connecting", "people_count"):
                    read["count"] = it.data.count
                assert read == told
                if kind == "approval":
                    server.resolve(told["approval"], True)
            wait = context.next_timeout()
            context.advance(wait if wait is not None and wait < 1 else 0)
    wanted = {*MEMBER, "message", "edited", "deleted", "reacted", "joined", "left", "topic", "done", "failed", "notice", "drained"}
    assert wanted - seen <= {"missed", "throttled", "person_detached", "person_resumed", "left", "refused"}, wanted - seen


def test_foreign_and_newer_libraries_are_refused(tmp_path):
    import os
    import sys

    def load(library):
        command = [sys.executable, "-c", "import im"]
        done = subprocess.run(command, env=os.environ | {"IM_LIBRARY": str(library)}, capture_output=True, text=True)
        assert done.returncode == 1
        return done.stderr.splitlines()[-1]

    assert "cannot load" in load("/nowhere/libim.so")
    (tmp_path / "other.c").write_text("int other(void) { return 0; }")
    (tmp_path / "old.c").write_text("unsigned im_abi_version(void) { return 0; }")
    (tmp_path / "next.c").write_text("unsigned im_abi_version(void) { return 0x10001; }")
    for name in ("other", "old", "next"):
        subprocess.run(["cc", "-shared", "-fPIC", tmp_path / f"{name}.c", "-o", tmp_path / f"{name}.so"], check=True)
    assert "is not the libim library" in load(tmp_path / "other.so")
    assert "has interface 0x0" in load(tmp_path / "old.so")
    assert "has interface 0x10001" in load(tmp_path / "next.so")


def test_texts_for_the_library():
    assert encode(None) is None and encode("ü") == b"\xc3\xbc"
    with pytest.raises(im.TextError):
        encode("a\0b")
    with pytest.raises(im.EncodingError):
        encode("\ud800")
