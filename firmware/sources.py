"""MicroPython's sources: the pinned archives of sources.lock in one tree, or the user's own checkout."""

import dataclasses
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from apt_root import AptRoot
from steps import BUILD, ROOT, Failure, main, run_logged, step

LOCK = ROOT / "firmware/sources.lock"
SUITE = "trixie"
TREE = BUILD / "src/micropython"
DOWNLOADS = BUILD / "download"
INSTEAD = "use MPY_DIR= with a checkout of MicroPython 1.25.0"
# MicroPython's build refuses to start without these; nothing below them is needed here.
EXPECTED_FILES = ("lib/pico-sdk/README.md", "lib/micropython-lib/README.md")
# What shows that a checkout has the submodules that the Pico's firmware is made of.
NEEDED_IN_CHECKOUT = (
    "lib/pico-sdk/pico_sdk_init.cmake",
    "lib/tinyusb/src/tusb.h",
    "lib/mbedtls/library/sha256.c",
)


@dataclasses.dataclass(frozen=True)
class Archive:
    """One line of sources.lock."""

    directory: str
    kind: str
    package: str
    version: str
    file: str
    part: str
    sha256: str


def parse_lock(text, name="sources.lock"):
    """The archives that a lock file of this `text` names."""
    archives = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != len(dataclasses.fields(Archive)):
            raise Failure(f"{name}, line {number}: seven columns expected, {len(words)} found")
        archive = Archive(*words)
        if archive.kind not in ("source", "binary") or len(archive.sha256) != 64:
            raise Failure(f"{name}, line {number}: a bad kind or SHA-256")
        archives.append(archive)
    return archives


def file_sha256(path):
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def micropython_tree():
    """The directory of MicroPython's sources, made ready if it is not yet."""
    own = os.environ.get("MPY_DIR")
    return checkout(Path(own)) if own else pinned_tree()


def checkout(directory):
    """The user's own checkout, after a look whether it is one and is complete."""
    directory = directory.expanduser().resolve()
    if not (directory / "py/mpconfig.h").is_file():
        raise Failure(f"MPY_DIR={directory} is no checkout of MicroPython")
    if not all((directory / name).exists() for name in NEEDED_IN_CHECKOUT):
        raise Failure(f"MPY_DIR lacks submodules: run make -C {directory}/ports/rp2 submodules")
    return directory


def pinned_tree():
    """The pinned sources below build/src. The lock file is copied in last, so half a tree is never used."""
    stamp = TREE / "sources.lock"
    if stamp.is_file() and stamp.read_bytes() == LOCK.read_bytes():
        return TREE
    archives = parse_lock(LOCK.read_text())
    files = fetch(archives)
    with step("Unpacking MicroPython's sources"):
        shutil.rmtree(TREE, ignore_errors=True)
        for archive in archives:
            unpack(archive, files[archive], TREE / archive.directory)
        for name in EXPECTED_FILES:
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            (TREE / name).touch()
        shutil.copyfile(LOCK, stamp)
    return TREE


def fetch(archives, instead=INSTEAD):
    """Download what is not below build/download yet; a dict from archive to file. Failures say what to do `instead`."""
    files = {archive: DOWNLOADS / archive.file for archive in archives}
    absent = [archive for archive in archives if not _is_whole(files[archive], archive)]
    if not absent:
        return files
    if not shutil.which("apt-get"):
        raise Failure(f"no apt on this machine to get sources with; {instead}")
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    apt = AptRoot(BUILD / "apt", SUITE, instead)
    with step("Looking for the pinned sources"):
        apt.update()
        uris = {archive: apt.uri_of(archive) for archive in absent}
    for archive, uri in uris.items():
        if not uri:
            raise Failure(f"this machine's mirror has no {archive.package} {archive.version}; {instead}")
    for archive, uri in uris.items():
        with step(f"Downloading {archive.package} {archive.version}"):
            partial = DOWNLOADS / f"{archive.file}.partial"
            apt.download(archive, uri, partial)
            if not _is_whole(partial, archive):
                raise Failure(f"{archive.file} does not have the SHA-256 that the lock file says")
            partial.replace(files[archive])
    return files


def _is_whole(path, archive):
    return path.is_file() and file_sha256(path) == archive.sha256


def unpack(archive, file, destination):
    """Put the archive's part that is used at `destination`, in place of an empty directory there."""
    work = BUILD / "src/unpack"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    if archive.kind == "binary":
        run_logged(["dpkg-deb", "-x", str(file), str(work)], "sources")
    else:
        options = ["--strip-components=1", "--no-same-owner"]
        run_logged(["tar", "-xf", str(file), "-C", str(work), *options], "sources")
    if destination.is_dir():
        destination.rmdir()
    destination.parent.mkdir(parents=True, exist_ok=True)
    (work / archive.part).rename(destination)
    shutil.rmtree(work, ignore_errors=True)


def describe(tree):
    """A text that changes when the sources do: the lock file, or a checkout's commit and local changes."""
    if tree == TREE:
        return LOCK.read_text()
    ask = ["git", "-C", str(tree), "describe", "--always", "--dirty", "--tags"]
    try:
        return f"{tree} {subprocess.run(ask, capture_output=True, text=True).stdout.strip()}"
    except OSError:
        return str(tree)


def _main(_arguments):
    print(micropython_tree())


if __name__ == "__main__":
    main(_main)
