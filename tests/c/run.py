#!/usr/bin/env python3
"""Tests the installed C library: found by pkg-config and CMake, compiled as C99 and C++17, run plainly, under valgrind and with
the sanitizers.

    tests/c/run.py [NAME...]     all, or those whose name contains one of these
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import layout

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "tests"))
from real_server import RealServer  # noqa: E402

EXAMPLES = ROOT / "libim" / "examples" / "c"
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-g"]
C99 = ["cc", "-std=c99", "-D_GNU_SOURCE", *STRICT]
CPP17 = ["c++", "-x", "c++", "-std=c++17", *STRICT]
# Seconds that a command may take; only one that hangs reaches it.
TIMEOUT = 300

checks = []


def check(function):
    checks.append(function)
    return function


class World:
    """The library, installed in its own directory."""

    def __init__(self, root):
        self.root = root
        self.prefix = root / "prefix"
        self.env = dict(os.environ, PKG_CONFIG_PATH=str(self.prefix / "lib/pkgconfig"))
        self.env["LD_LIBRARY_PATH"] = str(self.prefix / "lib")

    def run(self, *command, ok=(0,), env=None, **more):
        command = [str(part) for part in command]
        done = subprocess.run(
            command, env=dict(self.env, **(env or {})), capture_output=True, timeout=TIMEOUT, cwd=self.root, **more
        )
        if done.returncode not in ok:
            shown = (done.stdout + done.stderr).decode(errors="replace")[-4000:]
            raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n{shown}")
        return done.stdout.decode()

    def flags(self, *packages):
        return self.run("pkg-config", "--cflags", "--libs", *packages).split()

    def compile(self, source, compiler=C99, packages=("im",), name=None, more=()):
        program = self.root / (name or f"{source.stem}-{compiler[0]}")
        self.run(*compiler, source, "-o", program, "-pthread", "-Wno-unused-function", *self.flags(*packages), *more)
        return program


def test_programs():
    return sorted(HERE.glob("*.c"))


def arguments(program, quick=False):
    """The arguments of a program; smaller ones for a run under a slow tool."""
    if program == "fd":
        return ["2000" if quick else "10000"]
    if program == "edges":
        return ["0" if quick else "500"]
    if program == "data" and not quick:
        return ["forks"]
    return []


@check
def compiles_as_c99_and_cpp17(world):
    for source in test_programs() + sorted(EXAMPLES.glob("*.c")):
        packages = {"glib": ("im", "glib-2.0"), "uv": ("im", "libuv")}.get(source.stem, ("im",))
        world.compile(source, C99, packages)
        # The examples compile as C++ too.
        world.compile(source, CPP17, packages)


@check
def programs_pass(world):
    for source in test_programs():
        if source.stem != "calls":
            world.run(world.compile(source), *arguments(source.stem))


@check
def streams_repeat(world):
    program = world.compile(HERE / "stream.c", name="stream-twice")
    first, again, other = (world.run(program, seed) for seed in ("7", "7", "8"))
    assert first == again, "the same seed gave other events"
    assert first != other
    kinds = set(re.findall(r'"event":"(\w+)"', first))
    missing = {"logged_in", "message", "edited", "deleted", "reacted", "topic", "typing", "receipt", "history", "rooms",
               "members", "presence", "people", "notice", "done", "posted", "person_left", "drained"} - kinds
    assert not missing, f"the stream lacks {missing}"


@check
def random_calls(world):
    program = world.compile(HERE / "calls.c", name="calls-plain")
    for seed in range(1, 41):
        world.run(program, seed, 20000)


@check
def valgrind(world):
    for source in test_programs():
        program = world.compile(source, name=f"{source.stem}-valgrind")
        more = ["3", "3000"] if source.stem == "calls" else arguments(source.stem, quick=True)
        world.run("valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full",
                  f"--suppressions={HERE}/valgrind.supp", "--num-callers=30", program, *more)


@check
def sanitizers(world):
    for source in test_programs():
        name = f"{source.stem}-sanitized"
        program = world.compile(source, name=name, more=["-fsanitize=address,undefined", "-fno-sanitize-recover"])
        more = ["5", "20000"] if source.stem == "calls" else arguments(source.stem, quick=True)
        world.run(program, *more, env={"ASAN_OPTIONS": "detect_leaks=1"})


@check
def symbols_are_the_headers(world):
    listed = world.run("nm", "-D", "--defined-only", world.prefix / "lib/libim.so")
    exported = {line.split()[2] for line in listed.splitlines()}
    declared = {name for name, _, _ in layout.functions()}
    assert exported == declared, exported ^ declared
    assert 40 <= len(declared) <= 90, f"{len(declared)} functions"
    dynamic = world.run("readelf", "-d", world.prefix / "lib/libim.so")
    assert "[libim.so.0]" in dynamic, "no SONAME"


@check
def debug_information_stands_beside(world):
    library = world.prefix / "lib/libim.so"
    sections = world.run("readelf", "-S", "--wide", library)
    assert ".debug_info" not in sections and ".gnu_debuglink" in sections
    beside = library.resolve().with_name(library.resolve().name + ".debug")
    assert ".debug_info" in world.run("readelf", "-S", "--wide", beside)


@check
def reference_is_whole(world):
    """Doxygen makes an HTML reference of the header, and finds nothing undocumented."""
    settings = f"""
        PROJECT_NAME = libim
        INPUT = {world.prefix}/include/im.h
        OUTPUT_DIRECTORY = {world.root}/reference
        GENERATE_LATEX = NO
        OPTIMIZE_OUTPUT_FOR_C = YES
        JAVADOC_AUTOBRIEF = YES
        QUIET = YES
        WARN_AS_ERROR = FAIL_ON_WARNINGS
        HAVE_DOT = NO
        MACRO_EXPANSION = YES
        PREDEFINED = __STDC_VERSION__=199901L
        INPUT_FILTER = "sed 's|^typedef int32_t im_.*;|/** A number of the enumeration of this name. */ &|'"
    """
    (world.root / "Doxyfile").write_text(settings)
    world.run("doxygen", "Doxyfile")
    page = (world.root / "reference/html/globals_func.html").read_text()
    for name, _, _ in layout.functions():
        assert f"{name}()" in page, f"{name} is not in the reference"


@check
def interface_is_the_baseline(world):
    """Compares the interface with the baseline im.abi; IM_BLESS=1 replaces the baseline."""
    source, library, found = world.root / "stub.c", world.root / "stub.so", world.root / "stub.abi"
    source.write_text(layout.stub())
    # With relative paths, since the output contains them.
    shutil.copy(world.prefix / "include/im.h", world.root / "im.h")
    world.run("cc", "-std=c99", "-g", "-shared", "-fPIC", "-I.", "stub.c", "-o", library)
    world.run("abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", library, "--out-file", found)
    baseline = HERE / "im.abi"
    if os.environ.get("IM_BLESS"):
        shutil.copy(found, baseline)
    world.run("abidiff", baseline, found)
    # The check itself detects a changed field in the middle of a structure, and a changed return type.
    for before, after in [("    int32_t more;", "    int64_t more;"), ("int32_t im_step(", "int64_t im_step(")]:
        broken = world.root / "broken"
        broken.mkdir(exist_ok=True)
        header = layout.HEADER.read_text()
        assert before in header
        (broken / "im.h").write_text(header.replace(before, after, 1))
        source.write_text(layout.stub().replace(before, after, 1))
        world.run("cc", "-std=c99", "-g", "-shared", "-fPIC", f"-I{broken}", source, "-o", library)
        try:
            world.run("abidiff", baseline, library)
        except AssertionError:
            continue
        raise AssertionError(f"the check does not detect '{after}'")


@check
def packages_are_found(world):
    hello = EXAMPLES / "embedded.c"
    says = world.run(world.compile(hello))
    static = world.compile(hello, packages=("im-static",), name="embedded-static")
    assert world.run(static, env={"LD_LIBRARY_PATH": ""}) == says
    needs = world.run("readelf", "-d", static)
    assert "libim" not in needs, "the static program needs the shared library"
    # A program without any shared library: cc -static.
    whole = world.root / "embedded-whole"
    flags = world.run("pkg-config", "--static", "--cflags", "--libs", "im").split()
    world.run(*C99, "-static", hello, "-o", whole, *flags)
    assert world.run(whole, env={"LD_LIBRARY_PATH": ""}) == says
    assert "NEEDED" not in world.run("readelf", "-d", whole)
    project = world.root / "project"
    project.mkdir()
    shutil.copy(hello, project / "main.c")
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.10)\nproject(hello C)\nfind_package(im 0.1 REQUIRED)\n"
        "add_executable(shared main.c)\ntarget_link_libraries(shared im::im)\n"
        "add_executable(static main.c)\ntarget_link_libraries(static im::static)\n"
    )
    world.run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={world.prefix}")
    world.run("cmake", "--build", project / "build")
    assert world.run(project / "build/shared") == says
    assert world.run(project / "build/static", env={"LD_LIBRARY_PATH": ""}) == says
    destination = world.root / "destination"
    world.run(ROOT / "libim/capi/install", "PREFIX=/usr", f"DESTDIR={destination}", "PROFILE=dev")
    assert "libdir=/usr/lib\n" in (destination / "usr/lib/pkgconfig/im.pc").read_text()


@check
def readme_program_runs(world):
    program = re.search(r"```c\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    assert program == (EXAMPLES / "hello.c").read_text(), "the README's C program is not libim/examples/c/hello.c"
    hello = world.compile(EXAMPLES / "hello.c")
    with RealServer() as server:
        assert world.run(hello, server.address, "sesame") == "cora: Hello from C!\n"
        world.run(hello, server.address, "wrong", ok=(1,))


@check
def foreign_loops(world):
    hello = world.compile(EXAMPLES / "hello.c", name="hello-visitor")
    for loop, packages in [("poll", ("im",)), ("epoll", ("im",)), ("glib", ("im", "glib-2.0")), ("uv", ("im", "libuv"))]:
        program = world.compile(EXAMPLES / f"{loop}.c", packages=packages)
        with RealServer() as server:
            greeter = subprocess.Popen([program, server.address, "sesame"], env=world.env, stdout=subprocess.PIPE, text=True)
            assert greeter.stdout.readline() == "greeting at libim\n"
            world.run(hello, server.address, "sesame")
            assert greeter.stdout.readline() == "Welcome, cora!\n", loop
        # The server has stopped; the greeter reports it and ends.
        rest, _ = greeter.communicate(timeout=TIMEOUT)
        assert greeter.returncode == 0, (loop, rest)


@check
def guide_snippets_compile(world):
    """Every C snippet of docs/embedding.md compiles, as a program or inside a function."""
    guide = (ROOT / "docs/embedding.md").read_text()
    snippets = re.findall(r"```c\n(.*?)```", guide, re.S)
    assert snippets
    for number, snippet in enumerate(snippets):
        if "int main" not in snippet:
            snippet = "#include <im.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <poll.h>\n" \
                "void snippet(im_ctx *ctx, im_id client, im_id server, im_config *config, const im_event *event);\n" \
                "void snippet(im_ctx *ctx, im_id client, im_id server, im_config *config, const im_event *event) {\n" \
                "(void)ctx, (void)client, (void)server, (void)config, (void)event;\n" + snippet + "}\nint main(void) { return 0; }\n"
        source = world.root / f"snippet{number}.c"
        source.write_text(snippet)
        world.compile(source)


def main():
    wanted = sys.argv[1:]
    chosen = [it for it in checks if not wanted or any(word in it.__name__ for word in wanted)]
    with tempfile.TemporaryDirectory(prefix="im-c-") as folder:
        world = World(Path(folder))
        world.run(ROOT / "libim/capi/install", f"PREFIX={world.prefix}", "PROFILE=dev")
        subprocess.run(["cargo", "build", "--quiet", "-p", "im-server"], cwd=ROOT, check=True)
        failed = 0

        def one(it):
            part = World(Path(tempfile.mkdtemp(dir=folder)))
            part.prefix, part.env = world.prefix, world.env
            it(part)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for it, outcome in [(it, pool.submit(one, it)) for it in chosen]:
                try:
                    outcome.result()
                    print(f"ok      {it.__name__}", flush=True)
                except Exception as problem:  # report it, and continue with the others
                    failed += 1
                    print(f"FAILED  {it.__name__}\n{problem}", flush=True)
        if failed:
            sys.exit(f"{failed} of {len(chosen)} failed")


if __name__ == "__main__":
    main()
