"""A private apt root: Debian's source packages of another suite, without touching the machine's own apt.

The machine's own apt sources are read and their suite is exchanged, so downloads come from the mirror (and
through the proxy, and with the keys) that this machine uses anyway.
"""

import re
import subprocess
from pathlib import Path

from steps import Failure, run_logged

# What a machine may call the suite its own packages come from, beside its code name.
ALIASES = {"oldstable", "stable", "testing", "unstable", "sid"}


def read_os_release(text):
    """The variables of /etc/os-release."""
    pairs = re.findall(r'^([A-Z_]+)=["\']?(.*?)["\']?$', text, re.MULTILINE)
    return dict(pairs)


def is_ubuntu(release):
    """Whether the machine's mirrors are Ubuntu's, which do not carry Debian's suites."""
    return "ubuntu" in f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()


def own_suites(release):
    """The names by which this machine's apt sources may call its base suite."""
    names = {release.get(key) for key in ("VERSION_CODENAME", "UBUNTU_CODENAME", "DEBIAN_CODENAME")}
    return (names - {None, ""}) | ALIASES


def rewrite_deb822(text, suites, suite, components):
    """The stanzas of a .sources file that serve one of `suites`, made to serve `suite` instead."""
    kept = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        lines = [line for line in stanza.splitlines() if not line.startswith("#")]
        fields = _fields(lines)
        if fields.get("enabled", "yes").lower() == "no" or "uris" not in fields:
            continue
        served = suites & set(fields.get("suites", "").split())
        if not served:
            continue
        wanted = {"types": "deb deb-src", "suites": suite or sorted(served)[0], "components": components}
        unchanged = [line for name, line in _entries(lines) if name not in wanted]
        kept.append("\n".join(unchanged + [f"{name.title()}: {value}" for name, value in wanted.items()]))
    return kept


def _entries(lines):
    """(field name, whole text of the field) pairs; continuation lines belong to the field above."""
    entries = []
    for line in lines:
        if line[:1] in " \t" and entries:
            name, value = entries[-1]
            entries[-1] = (name, f"{value}\n{line}")
        elif ":" in line:
            entries.append((line.partition(":")[0].strip().lower(), line))
    return entries


def _fields(lines):
    return {name: text.partition(":")[2].strip() for name, text in _entries(lines)}


def rewrite_one_line(text, suites, suite, components):
    """The same for a .list file, as deb822 stanzas are not understood there."""
    kept = []
    pattern = re.compile(r"^\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)(\s|$)", re.MULTILINE)
    for options, uri, served, _ in pattern.findall(text):
        if served in suites:
            for kind in ("deb", "deb-src"):
                kept.append(f"{kind} {options}{uri} {suite or served} {components}")
    return kept


def private_sources(directory, release, suite):
    """(deb822 stanzas, one-line entries) for `suite`, from the apt sources below `directory`."""
    components = "main universe" if is_ubuntu(release) else "main"
    suite = None if is_ubuntu(release) else suite
    stanzas, lines = [], []
    parts = directory / "sources.list.d"
    for path in sorted(parts.glob("*.sources")):
        stanzas += rewrite_deb822(path.read_text(), own_suites(release), suite, components)
    for path in [directory / "sources.list", *sorted(parts.glob("*.list"))]:
        if path.is_file():
            lines += rewrite_one_line(path.read_text(), own_suites(release), suite, components)
    return list(dict.fromkeys(stanzas)), list(dict.fromkeys(lines))


class AptRoot:
    """apt with lists, state and cache of its own below `directory`."""

    def __init__(self, directory, suite, instead):
        self.directory = directory
        self.suite = suite
        # What messages say that can be done where there is no mirror.
        self.instead = instead

    def _options(self):
        settings = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": self.directory / "sources.list.d",
            "Dir::State": self.directory / "state",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": self.directory / "cache",
            # The unprivileged user apt would become may not reach a directory below someone's home.
            "APT::Sandbox::User": "root",
            "Acquire::Retries": "3",
        }
        return [f"-o{name}={value}" for name, value in settings.items()]

    def update(self):
        """Write the sources and fetch the lists."""
        release = read_os_release(_text("/etc/os-release"))
        stanzas, lines = private_sources(Path("/etc/apt"), release, self.suite)
        if not stanzas and not lines:
            raise Failure(f"no Debian or Ubuntu mirror in /etc/apt; {self.instead}")
        parts = self.directory / "sources.list.d"
        for needed in ("sources.list.d", "state/lists/partial", "cache/archives/partial"):
            (self.directory / needed).mkdir(parents=True, exist_ok=True)
        (parts / "afunix.sources").write_text("\n\n".join(stanzas) + "\n")
        (parts / "afunix.list").write_text("\n".join(lines) + "\n")
        hint = f"could not fetch apt's lists (network?); see build/log/sources.log, or {self.instead}"
        command = ["apt-get", *self._options(), "-q", "--error-on=any", "update"]
        run_logged(command, "sources", hint=hint)

    def _query(self, tool, *arguments):
        command = [tool, *self._options(), "-q", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.directory).stdout

    def uri_of(self, archive):
        """Where `archive` is to be had, or None if the suite has it no more."""
        ask = ["download"] if archive.kind == "binary" else ["--download-only", "source"]
        for version in self._versions_of(archive):
            listed = self._query("apt-get", "--print-uris", *ask, f"{archive.package}={version}")
            for uri, name in re.findall(r"^'([^']+)' (\S+) ", listed, re.MULTILINE):
                if name == archive.file:
                    return uri
        return None

    def _versions_of(self, archive):
        """The versions of the package whose entry names the archive's SHA-256."""
        show = "show" if archive.kind == "binary" else "showsrc"
        entries = self._query("apt-cache", show, archive.package).split("\n\n")
        fitting = "\n\n".join(entry for entry in entries if archive.sha256 in entry)
        return re.findall(r"^Version: (\S+)", fitting, re.MULTILINE)

    def download(self, archive, uri, destination):
        """Fetch `uri` to `destination`; apt checks the SHA-256."""
        command = ["/usr/lib/apt/apt-helper", *self._options(), "download-file", uri, str(destination)]
        hint = f"could not download {archive.file}; see build/log/sources.log, or {self.instead}"
        run_logged([*command, f"SHA256:{archive.sha256}"], "sources", hint=hint)


def _text(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""
