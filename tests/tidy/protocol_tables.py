#!/usr/bin/env python3
"""Generates the tables of docs/protocol.md from the sources, between its markers. With --check, only compares them."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIRE = ROOT / "libim/src/wire"
DOC = ROOT / "docs/protocol.md"

TYPES = {
    "u16": "u16", "u32": "u32", "bool": "bool", "String": "text", "SmolStr": "text", "RequestId": "u32",
    "RoomId": "u64", "Seq": "u64", "UserId": "u64", "Epoch": "u64", "Timestamp": "u64",
    "TxnId": "16 bytes", "Token": "24 bytes", "Option<Token>": "24 bytes or nil", "Option<String>": "text or nil",
    "Option<Seq>": "u64 or nil", "Option<RoomId>": "u64 or nil", "Option<UserId>": "u64 or nil",
    "Option<Timestamp>": "u64 or nil", "Presence": "u16 (presence)", "Code": "u16 (code)",
    "RoomKind": "u16 (kind of room)", "Option<RoomKind>": "u16 (kind of room) or nil",
    "Option<LeaveReason>": "u16 (reason) or nil", "Vec<String>": "array of text", "Limits": "Limits",
    "Vec<RoomInfo>": "array of RoomInfo", "RoomInfo": "RoomInfo", "Vec<UserId>": "array of u64",
    "Vec<Entry>": "array of Entry", "Vec<Member>": "array of Member", "Vec<Person>": "array of Person",
    "Vec<(RoomId, Seq)>": "array of [u64 room, u64 seq]", "Vec<Reaction>": "array of Reaction",
    "Vec<SmolStr>": "array of text", "Option<Place>": "[u64 room, u64 seq] or nil",
}
COMMENT = r"((?:^ *///[^\n]*\n)+)"


def prose(comment):
    text = " ".join(line.strip()[3:].strip() for line in comment.strip().split("\n"))
    return re.sub(r"\[`?([^\]`]*)`?\](\([^)]*\))?", lambda match: match.group(1).split("::")[-1], text)


def kinds():
    source = (WIRE / "message.rs").read_text()
    return {name: kind for kind, name in re.findall(r"^        (\d+) => (\w+)", source, re.M)}


def readable(value):
    """Formats a constant for people."""
    return f"{eval(value.replace('_', '')):,}" if re.fullmatch(r"[\d_ *]+", value) else value


def defaults(source, name):
    """The defaults of absent fields of a struct, where they are not zero."""
    found = re.search(rf"^impl Default for {name} \{{(.*?)^\}}$", source, re.M | re.S)
    return {ident: readable(value) for ident, value in re.findall(r"^ +(\w+): ([\d_ *]+),$", found[1], re.M)} if found else {}


def structs(file, only=None):
    source = (WIRE / file).read_text()
    pattern = COMMENT + r"(?:^#\[[^\n]*\n)+^(?:pub )?struct (\w+) \{(.*?)\}$"
    out = []
    for match in re.finditer(pattern, source, re.M | re.S):
        comment, name, body = match.groups()
        if only and name not in only:
            continue
        number = kinds().get(name)
        lines = [f"### {name}" + (f": kind {number}" if number else ""), "", prose(comment), ""]
        field = COMMENT + r'^ *#\[serde\(rename = "(\w)"([^\n]*)\)\]\n^ *pub (\w+): ([^\n]*),$'
        rows = re.findall(field, body, re.M)
        otherwise = defaults(source, name)
        if rows:
            lines += ["| key | field | type | may be absent | meaning |", "|---|---|---|---|---|"]
        else:
            lines.append("An empty map.")
        for text, key, flags, ident, kind in rows:
            absent = "yes" if "default" in flags else "no"
            if ident in otherwise:
                absent = f"yes: {otherwise[ident]}"
            lines.append(f"| `{key}` | {ident} | {TYPES[kind]} | {absent} | {prose(text)} |")
        out.append("\n".join(lines))
    return "\n\n".join(out)


def numbered(name):
    source = (WIRE / "code.rs").read_text()
    body = source[source.index(f"{name}(u16) {{"):]
    body = body[:body.index("\n    }\n")]
    rows = ["| number | name | meaning |", "|---|---|---|"]
    for comment, ident, number in re.findall(COMMENT + r"^ *(\w+) = (\d+),", body, re.M):
        rows.append(f"| {number} | {ident} | {prose(comment)} |")
    return "\n".join(rows)


def limits(inner):
    """The limits that clients see, or the internal ones, which have a trailing comment that names their owner."""
    rows = ["| limit | value | meaning |", "|---|---|---|"] if not inner else ["| limit | value | of | meaning |", "|---|---|---|---|"]
    source = (WIRE / "limits.rs").read_text()
    for comment, name, value, whose in re.findall(COMMENT + r"^pub const (\w+): \w+ = ([^\n]*);(?: // (\w+))?$", source, re.M):
        if bool(whose) != inner:
            continue
        for unit, short in (("secs", "s"), ("millis", "ms"), ("micros", "µs")):
            value = re.sub(rf"Duration::from_{unit}\((\d+)\)", rf"\1 {short}", value)
        column = f" {whose} |" if inner else ""
        rows.append(f"| `{name}` | {readable(value)} |{column} {prose(comment)} |")
    return "\n".join(rows)


def costs():
    """What requests cost, from the server's table of requests."""
    source = (ROOT / "libim/src/engine/server/rows.rs").read_text()
    rows = re.findall(r"^        ((?:F::\w+\(\w\)(?: \| )?)+) => \{?(.*?(?:logged_in|Row::at)\([^;]*?, (\d+)\))", source, re.M | re.S)
    by_cost = {}
    for kinds_, _, cost in rows:
        by_cost.setdefault(int(cost), []).extend(re.findall(r"F::(\w+)", kinds_))
    found = sorted(name for names in by_cost.values() for name in names)
    assert found == sorted(re.findall(r"^            FromClient::(\w+)", source, re.M)), "a row without a cost"
    table = ["| frame | cost |", "|---|---|"]
    table += [f"| {', '.join(names)} | {cost} |" for cost, names in sorted(by_cost.items())]
    table[2] = table[2].replace(" | 1 |", ", unknown kinds, frames refused with code 1 | 1 |")
    return "\n".join(table)


def vectors():
    lines = []
    for line in (ROOT / "tests/vectors/frames.txt").read_text().splitlines():
        name, frame = line.split(": ")
        pairs = " ".join(frame[at:at + 2] for at in range(0, len(frame), 2))
        lines += [f"{name}", "", "```text", pairs, "```", ""]
    return "\n".join(lines).strip()


PARTS = {
    "requests": lambda: structs("requests.rs"),
    "notices": lambda: structs("notices.rs"),
    "limits hello": lambda: structs("limits.rs"),
    "limits": lambda: limits(inner=False),
    "inner limits": lambda: limits(inner=True),
    "costs": costs,
    "codes": lambda: numbered("Code"),
    "reasons": lambda: numbered("LeaveReason"),
    "presence": lambda: numbered("Presence"),
    "room kinds": lambda: numbered("RoomKind"),
    "vectors": vectors,
}


def main():
    before = DOC.read_text()
    after = before
    for name, make in PARTS.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        assert re.search(pattern, after, re.S), f"docs/protocol.md has no marker for {name}"
        after = re.sub(pattern, lambda match: f"{match.group(1)}\n{make()}\n\n{match.group(2)}", after, flags=re.S)
    if after == before:
        return 0
    if "--check" in sys.argv:
        print("docs/protocol.md does not match the sources; run tests/tidy/protocol_tables.py")
        return 1
    DOC.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
