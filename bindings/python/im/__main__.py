"""`python -m im chat|send|tail|serve`."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import signal
import sys

from . import ImError, version
from .cli import chat, send, serve, tail


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m im", description="Chat from the command line.")
    top.add_argument("--version", action="version", version=f"libim {version}")
    commands = top.add_subparsers(dest="command", required=True, metavar="chat|send|tail|serve")

    def client(name: str, help: str, description: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help, description=description)
        one.add_argument("address", help="an invite, or HOST, HOST:PORT or unix:PATH of the server")
        short = [] if name == "tail" else ["-n"]
        one.add_argument(*short, "--name", help="the name to be known by (default: made of the user's name)")
        one.add_argument("-p", "--passkey", help="the server's passkey (default: the invite's, or $IM_PASSKEY)")
        one.add_argument("-r", "--room", help="the room to be in (default: the lobby)")
        one.add_argument(
            "--timeout", type=_seconds, default=25, metavar="S", help="seconds to wait for the server (default: %(default)s)"
        )
        return one

    one = client("chat", "chat in this terminal", "A terminal client. /help inside lists the commands; Tab completes names.")
    one.add_argument("--no-color", action="store_true", help="plain text (also with $NO_COLOR)")
    one.set_defaults(run=chat.run)

    one = client(
        "send",
        "post what is given, or the lines of standard input",
        "Posts its arguments as one message, or every line of standard input as one. Ends with status 0 when all is kept.",
    )
    one.add_argument("--whole", action="store_true", help="post standard input as one message")
    one.add_argument("--to", metavar="NAME", help="post to somebody privately")
    one.add_argument("text", nargs="*", help="the message")
    one.set_defaults(run=send.run)

    one = client("tail", "print what happens, one JSON object a line", "Prints what happens as JSON lines until it is ended.")
    one.add_argument(
        "-n", "--last", type=_last, default=None, metavar="N", help="begin with the last N messages (default: the server's number)"
    )
    one.add_argument("-c", "--count", type=_count, metavar="N", help="end after N lines")
    one.add_argument("--all", action="store_true", help="all events, not only what is said in rooms")
    one.set_defaults(run=tail.run)

    one = commands.add_parser("serve", help="run a server", description="Runs a server.")
    one.add_argument("--data", metavar="DIRECTORY", help="keep the data there (default: in memory, lost at the end)")
    one.add_argument("addresses", nargs="*", default=["127.0.0.1:7464"], help="where to listen (default: 127.0.0.1:7464)")
    one.add_argument("--name", default="libim", help="the server's name (default: %(default)s)")
    one.add_argument("--welcome", default="", help="a text shown to people when they log in")
    one.add_argument("--passkey", help="the passkey (default: a new one)")
    one.add_argument("--open", action="store_true", help="ask for no passkey")
    one.set_defaults(run=serve.run)
    return top


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise argparse.ArgumentTypeError("a count is 0 or more")
    return count


def _last(text: str) -> int:
    count = _count(text)
    if count > 200:
        raise argparse.ArgumentTypeError("servers give the last 200 at most")
    return count


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError("a time is more than 0 seconds")
    return seconds


def _parse(top: argparse.ArgumentParser, arguments: list[str] | None) -> argparse.Namespace:
    """Allows options before and after the text: arguments left over after the options belong to the text too."""
    options, rest = top.parse_known_args(arguments)
    if rest and (getattr(options, "text", None) is None or any(it.startswith("-") for it in rest)):
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.text = [*options.text, *rest]
    return options


async def _run(options: argparse.Namespace) -> int:
    """Runs a tool until it ends or a signal ends it; cancellation lets it restore the terminal."""
    task = asyncio.ensure_future(options.run(options))
    loop = asyncio.get_running_loop()
    ended_by: list[int] = []

    def end(number: int) -> None:
        ended_by.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A signal that was ignored at the start stays ignored. Process 1 needs handlers to be ended by signals.
        if options.run is not serve.run and signal.getsignal(number) != signal.SIG_IGN:
            loop.add_signal_handler(number, end, number)
    try:
        return int(await task or 0)
    except asyncio.CancelledError:
        return 128 + ended_by[0] if ended_by else 1


def _open_stdio() -> None:
    """Replaces closed standard streams, which are None in Python, by the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - for the rest of the program
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Characters outside of the terminal's encoding are shown as escapes.
            stream.reconfigure(errors="backslashreplace")


def main(arguments: list[str] | None = None) -> int:
    _open_stdio()
    options = _parse(parser(), arguments)
    try:
        return asyncio.run(_run(options))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of the output has closed it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ImError as error:
        print(f"im: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        # For example a full disk at the output, or a directory as the input.
        print(f"im: {error.strerror or error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
