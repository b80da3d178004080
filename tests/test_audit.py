"""The audit of what is installed says what is wrong with a package of each wrong kind (docs/adr/0038)."""

import base64
import hashlib
import json
import runpy
from importlib.metadata import distributions

import pytest
from django.conf import settings

AUDIT = runpy.run_path(str(settings.BASE_DIR / "scripts/audit.py"))
SOUND = {"version": "1.0", "released_on": "2026-10-01", "yanked": False, "advisories": []}
LOCK = {"made-up": ("1.0", "")}


@pytest.fixture
def package(tmp_path):
    """Install a package of one file and return it as {name: distribution}, with these lines in its metadata."""

    def package(*lines):
        digest = hashlib.sha256(b"words = 1\n").digest()
        listed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        (tmp_path / "made_up.py").write_bytes(b"words = 1\n")
        about = tmp_path / "made_up-1.0.dist-info"
        about.mkdir(exist_ok=True)
        head = ["Metadata-Version: 2.4", "Name: Made_Up", "Version: 1.0", *lines]
        (about / "METADATA").write_text("\n".join(head) + "\n\n", encoding="utf-8")
        (about / "RECORD").write_text(f"made_up.py,sha256={listed},10\n../bin/made-up,sha256={listed},10\n")
        return {"made-up": next(iter(distributions(path=[str(tmp_path)])))}

    return package


@pytest.mark.parametrize(
    "lines, licences",
    [
        (["License-Expression: MIT"], {"MIT"}),
        (["License-Expression: MIT AND Zlib"], {"MIT", "Zlib"}),
        (["License-Expression: GPL-3.0-only OR Apache-2.0"], {"Apache-2.0"}),
        (["License-Expression: GPL-3.0-only"], {"GPL-3.0-only"}),
        (["License: MIT License"], {"MIT"}),
        (["License: BSD 3-Clause OR Something"], {"BSD-3-Clause"}),
        (["License: It is free.", "Classifier: License :: OSI Approved :: BSD License"], {"BSD"}),
        (["License: Ask us"], {"Ask us"}),
        ([], {"no licence stated"}),
    ],
)
def test_licence_is_what_a_package_states_in_any_way(package, lines, licences):
    assert AUDIT["licences"](package(*lines)["made-up"]) == licences


def test_licence_that_is_not_free_needs_a_reason(package):
    here = package("License-Expression: MIT AND GPL-3.0-only")

    found = list(AUDIT["may_be_used"](here, {}))
    with_reason = list(AUDIT["may_be_used"](here, {"made-up": {"GPL-3.0-only": "a program of its own"}}))

    assert found == ["made-up: GPL-3.0-only is not among the licences that need no reason"]
    assert with_reason == []


def test_file_that_is_not_that_of_the_archive_is_named(package, tmp_path):
    here = package()

    whole = list(AUDIT["is_whole"](here))
    (tmp_path / "made_up.py").write_bytes(b"words = 2\n")
    changed = list(AUDIT["is_whole"](here))
    (tmp_path / "made_up.py").unlink()
    gone = list(AUDIT["is_whole"](here))

    assert whole == []
    assert changed == ["made-up: made_up.py is not what its archive holds"]
    assert gone == ["made-up: made_up.py is missing"]


@pytest.mark.parametrize(
    "lock, found",
    [
        (LOCK, []),
        ({"made-up": ("1.1", "")}, ["made-up 1.0 is installed, 1.1 is locked"]),
        ({}, ["made-up 1.0 is installed and not locked"]),
        (LOCK | {"other": ("2.0", "")}, ["other 2.0 is locked and not installed"]),
        (LOCK | {"other": ("2.0", "sys_platform == 'nowhere'")}, []),
    ],
)
def test_what_is_installed_is_what_is_locked(package, lock, found):
    assert list(AUDIT["is_what_is_locked"](lock, package())) == found


ADVISORY = {"id": "PYSEC-2026-1", "fixed_in": ["1.1"]}


@pytest.mark.parametrize(
    "entry, let_pass, found",
    [
        (SOUND, {}, []),
        (None, {}, ["made-up 1.0: nobody has asked about this version; run make lock"]),
        (SOUND | {"version": "0.9"}, {}, ["made-up 1.0: nobody has asked about this version; run make lock"]),
        (SOUND | {"yanked": True}, {"old": "?"}, ["made-up 1.0 was taken back by its authors"]),
        (
            SOUND | {"released_on": "2024-11-01"},
            {},
            ["made-up 1.0 is of 2024-11-01: more than two years without a release"],
        ),
        (SOUND | {"released_on": "2024-11-01"}, {"old": "finished"}, []),
        (SOUND | {"advisories": [ADVISORY]}, {}, ["made-up 1.0: PYSEC-2026-1, mended in 1.1"]),
        (SOUND | {"advisories": [ADVISORY]}, {"PYSEC-2026-1": "not reached"}, []),
        (SOUND | {"advisories": None}, {}, []),
    ],
)
def test_version_that_is_old_taken_back_or_weak_is_named(entry, let_pass, found):
    snapshot = {"asked_on": "2026-11-26", "packages": {"made-up": entry} if entry else {}}

    assert list(AUDIT["is_alive_and_sound"](LOCK, snapshot, {"made-up": let_pass})) == found


def test_versions_without_an_answer_are_counted_at_each_run():
    packages = {"made-up": SOUND, "other": SOUND | {"advisories": None}}

    said = AUDIT["said"]({"asked_on": "2026-11-26", "packages": packages})

    assert "1 packages answered for, 1 not" in said


def test_what_is_known_is_written_as_it_was_answered(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(AUDIT["record"].__globals__, "SNAPSHOT", tmp_path / "snapshot.json")
    (tmp_path / "pylock.toml").write_text(
        '[[packages]]\nname = "Made_Up"\nversion = "1.0"\n'
        'sdist = { url = "x", upload-time = 2026-10-02T00:00:00Z }\n'
        'wheels = [{ url = "x", upload-time = 2026-10-01T23:00:00Z }]\n'
        '[[packages]]\nname = "other"\nversion = "2.0"\nwheels = [{ url = "x", upload-time = 2020-01-01T00:00:00Z }]\n'
    )
    weak = {"name": "made-up", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}
    unknown = {"name": "other", "skip_reason": "not found"}
    (tmp_path / "report.json").write_text(json.dumps({"dependencies": [weak, unknown], "fixes": []}))
    (tmp_path / "warnings").write_text("warning: `other==2.0` is yanked (reason: broken)\n")

    AUDIT["record"](tmp_path / "pylock.toml", tmp_path / "report.json", tmp_path / "warnings")

    assert json.loads((tmp_path / "snapshot.json").read_text())["packages"] == {
        "made-up": SOUND | {"advisories": [ADVISORY]},
        "other": {"version": "2.0", "released_on": "2020-01-01", "yanked": True, "advisories": None},
    }


def test_snapshot_and_reasons_are_of_what_is_locked():
    lock = AUDIT["locked"]()
    snapshot = json.loads(AUDIT["SNAPSHOT"].read_text())

    assert {name: entry["version"] for name, entry in snapshot["packages"].items()} == {
        name: version for name, (version, _) in lock.items()
    }
    assert set(AUDIT["reasons"]()) <= set(lock)
    assert all(why for reasons in AUDIT["reasons"]().values() for why in reasons.values())
