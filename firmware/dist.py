"""Builds what a release offers, below build/dist: equal sources give equal files.

    ARCH/minimal  a tree for mpremote mip: what stream sockets and asyncio need, as .mpy files, and the data plane in C
    ARCH/whole    the same with all of the library, and the data plane in Python for whoever deletes the C one
    afunix-VERSION-ARCH.zip, .whl, .tar.gz, -AFUNIX_PICO.uf2 and SHA256SUMS

ARCH is one of natmod.py's, or "any" for MicroPython without native code.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import time
import zipfile

import build
import natmod
import sources
from afunix_tools.library import version
from afunix_tools.mpy import compiled_library, mpy_of
from steps import BUILD, ROOT, clean_environment, exclusive, main, run_logged, step

OUT = BUILD / "dist"
ARCHES = (*natmod.NATIVE, "any")
# What the minimal set has not: its names in `afunix` raise ImportError at their first use.
RARE = (
    *("kernel/datagram", "kernel/inflight", "kernel/message", "kernel/options", "kernel/packet", "kernel/urgent"),
    *("compat", "constants", "fcntl", "fileio", "makefile", "os"),
    *("kernel/descriptors", "kernel/flock", "kernel/objects", "kernel/pipe", "kernel/vectors"),
)
# What the data plane in C makes unnecessary.
IN_PYTHON = ("data/endpoint", "data/handle", "data/ring")
# What the wheel and the source distribution are made of.
PACKAGED = ("pyproject.toml", "README.md", "LICENSE", "lib/afunix", "firmware/afunix_tools")
# The modes of the files go into the wheel.
HOOKS = """
import os, sys
from setuptools import build_meta
os.umask(0o022)
getattr(build_meta, "build_" + sys.argv[1])(sys.argv[2])
"""


def tree(arch, name):
    """One set for one architecture: "afunix/socket.mpy" and so on to their bytes, and package.json."""
    is_native = arch != "any"
    left_out = () if name == "whole" else RARE + (IN_PYTHON if is_native else ())
    library = compiled_library(mpy_of(arch if is_native else None))
    files = {f"afunix/{path}": data for path, data in library.items() if path.removesuffix(".mpy") not in left_out}
    if is_native:
        files["_afunix.mpy"] = natmod.built(arch).read_bytes()
    urls = [[path, path] for path in sorted(files)]
    files["package.json"] = (json.dumps({"version": version(), "urls": urls}, indent=4) + "\n").encode()
    return files


def write_trees(arch, out):
    """Both sets for an architecture below out/ARCH, and beside it the same in a zip file."""
    files = {f"{name}/{path}": data for name in ("minimal", "whole") for path, data in tree(arch, name).items()}
    for path, data in files.items():
        target = out / arch / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    with zipfile.ZipFile(out / f"afunix-{version()}-{arch}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"afunix-{version()}-{arch}/{path}", time.gmtime(int(build.RELEASED))[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path], zipfile.ZIP_DEFLATED)


def write_python(out, work, arches):
    """The source distribution and the wheel, which has the native modules for `arches` in it."""
    shutil.rmtree(work, ignore_errors=True)
    for part in PACKAGED:
        files = sorted((ROOT / part).rglob("*.py")) if (ROOT / part).is_dir() else [ROOT / part]
        for file in files:
            _stage(file, work / file.relative_to(ROOT))
    _run_hook("sdist", work, out)
    _make_even(out / f"afunix-{version()}.tar.gz")
    for arch in arches:
        _stage(natmod.built(arch), work / "firmware/afunix_tools/native" / arch / "_afunix.mpy")
    _run_hook("wheel", work, out)


def _stage(file, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    target.chmod(0o644)


def _run_hook(what, work, out):
    environment = clean_environment(SOURCE_DATE_EPOCH=build.RELEASED)
    run_logged([sys.executable, "-c", HOOKS, what, str(out)], "dist", cwd=work, env=environment)


def _make_even(path):
    """Take out of a .tar.gz file who made it and when."""
    inside = io.BytesIO()
    with tarfile.open(path) as before, tarfile.open(fileobj=inside, mode="w", format=tarfile.PAX_FORMAT) as after:
        for entry in sorted(before.getmembers(), key=lambda entry: entry.name):
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = int(build.RELEASED)
            entry.mode = 0o755 if entry.isdir() else 0o644
            entry.pax_headers = {}
            after.addfile(entry, before.extractfile(entry) if entry.isfile() else None)
    path.write_bytes(gzip.compress(inside.getvalue(), mtime=int(build.RELEASED)))


def write_sums(out):
    """SHA256SUMS of every file below `out`, as sha256sum -c reads it."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n" for path in files]
    (out / "SHA256SUMS").write_text("".join(lines))


def _main(arguments):
    partial, work = BUILD / "dist.partial", BUILD / "dist.work"
    with exclusive():
        micropython = sources.micropython_tree()
        build.build_mpy_cross(micropython)
        for arch in natmod.NATIVE:
            natmod.build_natmod(micropython, arch)
        build.build_firmware(micropython)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        with step("Making the trees of .mpy files"):
            for arch in ARCHES:
                write_trees(arch, partial)
        with step("Making the wheel"):
            write_python(partial, work, natmod.NATIVE)
        shutil.copyfile(BUILD / "pico/firmware.uf2", partial / f"afunix-{version()}-AFUNIX_PICO.uf2")
        write_sums(partial)
        shutil.rmtree(OUT, ignore_errors=True)
        os.replace(partial, OUT)
        shutil.rmtree(work)
    for path in sorted(OUT.iterdir()):
        if path.is_file():
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size}")


if __name__ == "__main__":
    main(_main)
