"""Builds the wheel with the library inside: cargo compiles it, setuptools packs it, and the wheel says for which system it is."""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403 - the hooks that are not changed

HERE = Path(__file__).resolve().parent


def _library() -> Path:
    """The compiled library: IM_LIBRARY, or fresh from the sources beside this folder."""
    if given := os.environ.get("IM_LIBRARY"):
        return Path(given)
    root = HERE.parents[1]
    command = ["cargo", "rustc", "--release", "-p", "libim", "--features", "ffi", "--lib", "--crate-type", "cdylib,staticlib"]
    flag = "-Wl,-soname,libim.so.0" if sys.platform != "darwin" else "-Wl,-install_name,@rpath/libim.dylib"
    subprocess.run([*command, "--", "-C", f"link-arg={flag}"], cwd=root, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    return target / "release" / ("liblibim.dylib" if sys.platform == "darwin" else "liblibim.so")


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    inside = HERE / "im" / ("libim.dylib" if sys.platform == "darwin" else "libim.so")
    shutil.copy(_library(), inside)
    if shutil.which("strip"):
        subprocess.run(["strip", "-x" if sys.platform == "darwin" else "--strip-debug", inside], check=False)
    try:
        name = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    finally:
        inside.unlink()
    # Any Python 3 will do, but only this system.
    tags = f"py3-none-{_platform_tag()}"
    command = [sys.executable, "-m", "wheel", "tags", "--remove", "--python-tag=py3", "--abi-tag=none"]
    command += [f"--platform-tag={_platform_tag()}", str(Path(wheel_directory) / name)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return name.replace("py3-none-any", tags)


def _platform_tag() -> str:
    """The C library that it was linked against is the oldest that it runs with."""
    libc, version = platform.libc_ver()
    if libc == "glibc":
        major, minor = version.split(".")[:2]
        return f"manylinux_{major}_{minor}_{platform.machine()}"
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


def get_requires_for_build_wheel(config_settings=None):
    return [*build_meta.get_requires_for_build_wheel(config_settings), "wheel"]
