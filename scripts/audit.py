"""Look at what is installed, without a network: as the lock says, whole, free to use, alive, not known to be weak.

    audit.py                                  check, as `make check` does
    audit.py record PYLOCK REPORT WARNINGS    write requirements-audit.json, as `make lock` does, which has a network

`requirements-audit.json` says of every locked version when it was released, whether it was taken back (yanked), and
which advisories name it, with the day it was asked. A version nobody asked about fails, as does one with an advisory.
What may stay all the same stands with its reason in the table of docs/adr/0038-offline-audit.md.
"""

import base64
import csv
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "requirements-audit.json"
REASONS = ROOT / "docs/adr/0038-offline-audit.md"
OLDEST = dt.timedelta(days=2 * 365)  # without a release for longer, a package is taken to be abandoned
STALE = dt.timedelta(days=30)  # after which advisories should be asked for again
TOOLS = {"pip"}  # what makes the environment, and is not in it by the lock

# Licences that ask nothing of code that only uses the package; what else there is needs a reason.
FREE = set(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BSD CC0-1.0 CNRI-Python MIT MIT-0 MIT-CMU MPL-2.0 PSF-2.0 Zlib".split()
)
# What packages call them that do not write SPDX expressions.
CALLED = {
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD",
    "bsd 3-clause": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}


def canonical(name: str) -> str:
    """The one spelling of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str = "requirements-dev.txt") -> dict[str, tuple[str, str]]:
    """Package → (version, marker that says where it is wanted) of a lock."""
    pattern = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
    lines = pattern.findall((ROOT / name).read_text(encoding="utf-8"))
    return {canonical(package): (version, marker) for package, version, marker in lines}


def installed() -> dict[str, Distribution]:
    return {name: found for found in distributions() if (name := canonical(found.metadata["Name"] or "")) not in TOOLS}


def reasons() -> dict[str, dict[str, str]]:
    """Package → {what is let pass: why}, from the table of the decision."""
    table: dict[str, dict[str, str]] = {}
    for line in REASONS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[0] != "package" and not cells[0].startswith("--"):
            table.setdefault(canonical(cells[0]), {})[cells[1]] = cells[2]
    return table


# --- The checks: each yields what is wrong, a line a thing ---------------------------------------------------------


def fits_together() -> Iterator[str]:
    command = [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        yield from done.stdout.splitlines()


def is_what_is_locked(lock: dict[str, tuple[str, str]], here: dict[str, Distribution]) -> Iterator[str]:
    from packaging.markers import Marker  # here, because `record` runs where nothing is installed

    for name, found in here.items():
        if name not in lock:
            yield f"{name} {found.version} is installed and not locked"
        elif found.version != lock[name][0]:
            yield f"{name} {found.version} is installed, {lock[name][0]} is locked"
    for name, (version, marker) in lock.items():
        if name not in here and (not marker or Marker(marker).evaluate()):
            yield f"{name} {version} is locked and not installed"


def is_whole(here: dict[str, Distribution]) -> Iterator[str]:
    """Compare each file with the SHA-256 that its archive lists; pip compared the archive with the lock.

    What stands outside (`bin/`) was written by pip for this folder, and is in no archive.
    """
    for name, found in here.items():
        for file, stated, _ in csv.reader((found.read_text("RECORD") or "").splitlines()):
            kind, _, expected = stated.partition("=")
            if kind != "sha256" or file.startswith("..") or file.endswith(".pyc"):
                continue
            path = Path(str(found.locate_file(file)))
            if not path.is_file():
                yield f"{name}: {file} is missing"
                continue
            with path.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != expected:
                yield f"{name}: {file} is not what its archive holds"


def licences(found: Distribution) -> set[str]:
    """The licences that a package states, by their SPDX names; of a choice ("OR") the free ones if there are any."""
    about = found.metadata
    if expression := about.get("License-Expression"):
        choices = [set(choice.strip("() ").split(" AND ")) for choice in expression.split(" OR ")]
        return next((choice for choice in choices if choice <= FREE), choices[0])
    choices = [{spdx(name)} for name in (about.get("License") or "").split(" OR ")]
    for choice in choices:
        if choice <= FREE:
            return choice
    kinds = [kind.rpartition(" :: ")[2] for kind in about.get_all("Classifier") or [] if kind.startswith("License ::")]
    return {spdx(kind) for kind in kinds} or {(about.get("License") or "no licence stated").partition("\n")[0]}


def spdx(name: str) -> str:
    return CALLED.get(name.strip().lower(), name.strip())


def may_be_used(here: dict[str, Distribution], let_pass: dict[str, dict[str, str]]) -> Iterator[str]:
    for name, found in here.items():
        for licence in sorted(licences(found) - FREE - set(let_pass.get(name, ()))):
            yield f"{name}: {licence} is not among the licences that need no reason"


def is_alive_and_sound(
    lock: dict[str, tuple[str, str]], snapshot: dict[str, Any], let_pass: dict[str, dict[str, str]]
) -> Iterator[str]:
    """Nothing locked may be unasked about, taken back, without a release for two years, or named by an advisory."""
    asked_on = dt.date.fromisoformat(snapshot["asked_on"])
    for name, (version, _) in lock.items():
        entry, allowed = snapshot["packages"].get(name), let_pass.get(name, {})
        if entry is None or entry["version"] != version:
            yield f"{name} {version}: nobody has asked about this version; run make lock"
            continue
        if entry["yanked"]:
            yield f"{name} {version} was taken back by its authors"
        age = asked_on - dt.date.fromisoformat(entry["released_on"])
        if age > OLDEST and "old" not in allowed:
            yield f"{name} {version} is of {entry['released_on']}: more than two years without a release"
        for advisory in entry["advisories"] or []:
            if advisory["id"] not in allowed:
                yield f"{name} {version}: {advisory['id']}, mended in {', '.join(advisory['fixed_in']) or 'no release'}"


def is_needed(lock: dict[str, tuple[str, str]], let_pass: dict[str, dict[str, str]]) -> Iterator[str]:
    for name in let_pass:
        if name not in lock:
            yield f"{name} has a reason in {REASONS.name} and is not locked"


def audit() -> int:
    lock, here, let_pass = locked(), installed(), reasons()
    snapshot = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    wrong = [
        *fits_together(),
        *is_what_is_locked(lock, here),
        *is_whole(here),
        *may_be_used(here, let_pass),
        *is_alive_and_sound(lock, snapshot, let_pass),
        *is_needed(lock, let_pass),
    ]
    for line in wrong:
        print(line, file=sys.stderr)
    print(said(snapshot))
    return bool(wrong)


def said(snapshot: dict[str, Any]) -> str:
    """How far the snapshot can be relied on, in one or two lines."""
    entries = snapshot["packages"].values()
    unanswered = sum(entry["advisories"] is None for entry in entries)
    age = (dt.datetime.now(tz=dt.UTC).date() - dt.date.fromisoformat(snapshot["asked_on"])).days
    line = (
        f"Advisories as of {snapshot['asked_on']} ({age} days ago): {len(entries) - unanswered} packages answered for"
    )
    if unanswered:
        line += f", {unanswered} not: no service of advisories could be reached. Run make lock where one can"
    elif age > STALE.days:
        line += ". Run make lock to ask again"
    return line + "."


# --- Writing the snapshot ------------------------------------------------------------------------------------------


def record(pylock: Path, report: Path, warnings: Path) -> int:
    """Write what is known today of every version in `pylock` (PEP 751).

    `report` is pip-audit's JSON, empty or missing where it got no answer; `warnings` is what uv wrote while resolving.
    """
    packages = tomllib.loads(pylock.read_text(encoding="utf-8"))["packages"]
    taken_back = set(re.findall(r"`([\w.-]+)==[^`]*` is yanked", warnings.read_text(encoding="utf-8")))
    answers = advisories(report)
    entries = {}
    for package in packages:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        name = canonical(package["name"])
        entries[name] = {
            "version": package["version"],
            "released_on": min(file["upload-time"] for file in files).date().isoformat(),
            "yanked": name in taken_back,
            "advisories": answers.get(name),
        }
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    text = json.dumps({"asked_on": today, "packages": entries}, indent=1)
    SNAPSHOT.write_text(text + "\n", encoding="utf-8")
    print(said(json.loads(text)))
    return 0


def advisories(report: Path) -> dict[str, list[dict[str, Any]]]:
    """Package → its advisories, of those that were answered for."""
    text = report.read_text(encoding="utf-8") if report.is_file() else ""
    return {
        canonical(answer["name"]): [{"id": found["id"], "fixed_in": found["fix_versions"]} for found in answer["vulns"]]
        for answer in (json.loads(text)["dependencies"] if text.strip() else [])
        if "vulns" in answer
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["record"]:
        sys.exit(record(*map(Path, sys.argv[2:5])))
    sys.exit(audit())
