#!/usr/bin/env python3
"""Checks the structure that ARCHITECTURE.md describes: layers depend one way, the engines do no I/O, files stay short."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "libim/src"

# The layers that each layer may use.
LAYERS = {
    "wire": set(),
    "core": {"wire"},
    "engine": {"wire", "core"},
    "storage": {"wire", "core", "engine"},
    "net": {"wire", "core", "engine", "storage"},
    "ffi": {"wire", "core", "engine", "storage", "net"},
}
SANS_IO = ("wire", "core", "engine")
IO = re.compile(
    r"std::(fs|io::(stdin|stdout|stderr)|process|thread|net::(Tcp|Udp)\w+|os)\b"
    r"|\b(Instant|SystemTime)\b|\b(mio|socket2|getrandom|libc)::"
)
LINES_MAX = 400


def code_of(path):
    """The lines of a file before its tests, without comments."""
    lines = path.read_text().splitlines()
    for at, line in enumerate(lines):
        # Tests end a file; before, single items may be for tests only.
        if line.strip() == "#[cfg(test)]" and lines[at + 1].startswith("mod ") and lines[at + 1].endswith("{"):
            lines = lines[:at]
            break
    return [re.sub(r"//.*", "", line) for line in lines]


def check_layers(path, layer, problems):
    for number, line in enumerate(code_of(path), 1):
        for used in re.findall(r"\bcrate::(\w+)", line):
            if used in LAYERS and used != layer and used not in LAYERS[layer]:
                problems.append(f"{path.relative_to(ROOT)}:{number}: {layer} must not use {used}")
        if layer in SANS_IO and IO.search(line):
            problems.append(f"{path.relative_to(ROOT)}:{number}: {layer} does no I/O: {line.strip()}")


def main():
    problems = []
    for layer in LAYERS:
        for path in sorted((SOURCE / layer).rglob("*.rs")):
            check_layers(path, layer, problems)
    listed = subprocess.run(["git", "ls-files", "*.rs", "*.py", "*.c", "*.h"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.split():
        if name == "include/im.h":  # generated
            continue
        length = len((ROOT / name).read_text().splitlines())
        if length > LINES_MAX:
            problems.append(f"{name} has {length} lines; split it: the maximum is {LINES_MAX}")
    for name in ("README.md", "ARCHITECTURE.md", "docs/performance.md", "docs/protocol.md", "docs/embedding.md", "bindings/python/README.md"):
        text = (ROOT / name).read_text()
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            if not ((ROOT / name).parent / target).exists():
                problems.append(f"{name} links to {target}, which does not exist")
    print("\n".join(problems) or "tidy")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
