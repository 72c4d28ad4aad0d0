"""The lock file, and the private apt root's sources made of the machine's own."""

import pytest

from apt_root import is_ubuntu, private_sources, read_os_release
from sources import LOCK, Archive, checkout, parse_lock
from steps import Failure

DEBIAN = {"ID": "debian", "VERSION_CODENAME": "bookworm"}
UBUNTU = {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_CODENAME": "noble"}
STANZAS = """\
# a comment
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


def apt_directory(tmp_path, **files):
    """A directory like /etc/apt with these files, "__" standing for a dot in their names."""
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        directory = tmp_path if name == "sources__list" else tmp_path / "sources.list.d"
        (directory / name.replace("__", ".")).write_text(text)
    return tmp_path


def test_the_lock_file_names_every_archive():
    archives = parse_lock(LOCK.read_text())
    assert [archive.directory for archive in archives] == [".", "lib/mbedtls", "lib/pico-sdk", "lib/tinyusb"]
    assert archives[0].version.startswith("1.25.0")


@pytest.mark.parametrize("line", ["a b c", ". source p 1 f . 1234", f". paper p 1 f . {'0' * 64}"])
def test_a_bad_line_of_the_lock_file_is_named(line):
    with pytest.raises(Failure, match="sources.lock, line 2"):
        parse_lock(f"# comment\n{line}\n")


def test_a_good_line_of_the_lock_file():
    text = f"lib/x binary pkg 1.0-1 pkg.deb usr/src/x {'ab' * 32}"
    assert parse_lock(text) == [Archive(*text.split())]


def test_the_suite_of_deb822_sources_is_exchanged(tmp_path):
    stanzas, lines = private_sources(apt_directory(tmp_path, debian__sources=STANZAS), DEBIAN, "trixie")
    assert lines == []
    assert stanzas == [
        "URIs: http://mirror.example/debian\n"
        "Signed-By: /usr/share/keyrings/archive.gpg\n"
        "Types: deb deb-src\nSuites: trixie\nComponents: main"
    ]


def test_an_inline_key_is_kept_whole(tmp_path):
    key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----"
    text = f"Types: deb\nURIs: http://mirror.example/debian\nSuites: stable\nComponents: main\n{key}\n"
    stanzas, _ = private_sources(apt_directory(tmp_path, a__sources=text), DEBIAN, "trixie")
    assert key in stanzas[0]


def test_disabled_and_foreign_sources_are_left_out(tmp_path):
    disabled = STANZAS.replace("Types: deb\n", "Enabled: no\nTypes: deb\n")
    foreign = "Types: deb\nURIs: http://vendor.example/apt\nSuites: vendor\nComponents: main\n"
    directory = apt_directory(tmp_path, a__sources=disabled, b__sources=foreign)
    assert private_sources(directory, DEBIAN, "trixie") == ([], [])


def test_the_suite_of_one_line_sources_is_exchanged(tmp_path):
    text = (
        "# deb http://old.example/debian bookworm main\n"
        "deb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian bookworm main contrib\n"
        "deb-src http://mirror.example/debian bookworm main\n"
        "deb http://mirror.example/debian-security bookworm-security main\n"
    )
    _, lines = private_sources(apt_directory(tmp_path, sources__list=text), DEBIAN, "trixie")
    rest = "[signed-by=/k.gpg arch=amd64] http://mirror.example/debian trixie main"
    assert lines == [f"deb {rest}", f"deb-src {rest}"]


def test_ubuntu_keeps_its_own_suite(tmp_path):
    text = "deb http://mirror.example/ubuntu noble main restricted\n"
    _, lines = private_sources(apt_directory(tmp_path, sources__list=text), UBUNTU, "trixie")
    assert lines[1] == "deb-src http://mirror.example/ubuntu noble main universe"


def test_os_release():
    text = 'NAME="Ubuntu"\nID=linuxmint\nID_LIKE="ubuntu debian"\nUBUNTU_CODENAME=noble\n'
    release = read_os_release(text)
    assert release["UBUNTU_CODENAME"] == "noble"
    assert is_ubuntu(release) and not is_ubuntu(DEBIAN)


def test_a_directory_that_is_no_checkout(tmp_path):
    with pytest.raises(Failure, match="is no checkout of MicroPython"):
        checkout(tmp_path)


def test_a_checkout_without_submodules(tmp_path):
    (tmp_path / "py").mkdir()
    (tmp_path / "py/mpconfig.h").touch()
    with pytest.raises(Failure, match="lacks submodules"):
        checkout(tmp_path)
