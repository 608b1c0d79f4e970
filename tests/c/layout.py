"""The declarations of include/im.h, found with regular expressions: cbindgen's output has a regular form."""

import re
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "include" / "im.h"


def text():
    return re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)


def functions():
    """Name, return type and parameters of every function."""
    found = re.findall(r"^((?:const )?\w+ \*?)(im_\w+)\(([^)]*)\);", text(), re.M)
    return [(name, kind.strip(), [" ".join(p.split()) for p in params.split(",")]) for kind, name, params in found]


def structs():
    """Structures with the names of their fields, in order."""
    found = re.findall(r"^typedef (?:struct|union) (im_\w+) \{(.*?)^\} \w+;", text(), re.M | re.S)
    return {name: re.findall(r"(\w+)(?:\[\d+\])?;", body) for name, body in found}


def enums():
    """Enumerations with the numbers of their constants."""
    found = re.findall(r"^enum (im_\w+)\n.*?\{(.*?)^\};", text(), re.M | re.S)
    return {name: {k: int(v) for k, v in re.findall(r"(\w+) = (-?\d+)", body)} for name, body in found}


def probe():
    """A C program that prints the compiler's sizes and offsets."""
    lines = ["#include <im.h>", "#include <stdio.h>", "int main(void) {"]
    for name, fields in structs().items():
        lines.append(f'    printf("{name} %zu\\n", sizeof({name}));')
        lines += [f'    printf("{name}.{field} %zu\\n", offsetof({name}, {field}));' for field in fields]
    return "\n".join(lines + ["    return 0;", "}", ""])


def stub():
    """A library with the header's functions and types but no code, for tools that compare interfaces."""
    lines = ["#include <im.h>"]
    for name, kind, params in functions():
        lines.append(f"{kind} {name}({', '.join(params)}) {{ return 0; }}")
    for name in list(structs()) + list(enums()):
        word = "enum " if name in enums() else ""
        lines.append(f"{word}{name} const *im_shows_{name}({word}{name} const *it) {{ return it; }}")
    return "\n".join(lines) + "\n"
