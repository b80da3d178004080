"""What the documents for a security officer say is there: each test they name, each requirement of the standard."""

import ast
import re
from functools import cache

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMED = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
STATES = {"met", "**deviates**", "operator", "not applicable"}


def text(path):
    return path.read_text(encoding="utf-8")


def relative(path):
    return str(path.relative_to(ROOT))


@cache
def names_in(path):
    """The names of the tests in a file of tests."""
    tree = ast.parse(text(ROOT / path))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if NAMED.search(text(path))], ids=relative)
def test_every_test_that_a_document_names_is_there(path):
    for file, name in sorted(set(NAMED.findall(text(path)))):
        assert (ROOT / file).is_file(), file
        assert name in names_in(file), f"{file}::{name}"


def test_every_file_that_they_link_to_is_there():
    for name in ("SECURITY.md", "docs/threat-model.md", "docs/asvs.md", "docs/adr/0038-offline-audit.md"):
        document = ROOT / name
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)", text(document)):
            linked = (document.parent / target).resolve()
            assert linked.exists(), f"{name}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", text(linked), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


# The table for the OWASP ASVS


def rows():
    return ROW.findall(text(ROOT / "docs/asvs.md"))


def test_every_requirement_of_levels_one_and_two_is_answered_once():
    lines = [line.split() for line in text(ROOT / "tests/asvs_5_0_0.txt").splitlines() if not line.startswith("#")]

    assert [number for number, *_ in rows()] == [number for number, _ in lines]
    assert [level for _, level in lines].count("1") == 70
    assert [level for _, level in lines].count("2") == 183


def test_every_answer_is_one_of_four_with_its_reason_or_its_test():
    for number, asked, state, how, tested in rows():
        assert state in STATES, number
        assert asked, number
        assert how if state != "met" else how or tested, number
        assert not tested or NAMED.search(tested), number


def test_figures_above_the_tables_are_theirs():
    states = [state.strip("*") for _, _, state, _, _ in rows()]
    said = dict(re.findall(r"^\| (\w[\w ]+?) \| (\d+) \|", text(ROOT / "docs/asvs.md"), re.MULTILINE))

    assert said == {state.strip("*"): str(states.count(state.strip("*"))) for state in STATES}
    assert f"{len(states)} of them" in text(ROOT / "docs/asvs.md")


# The threat model


def test_every_promise_names_the_tests_that_prove_it():
    promises = text(ROOT / "docs/threat-model.md").partition("## What is promised")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \|$", promises, re.MULTILINE)[2:]

    assert len(lines) > 15
    for promise, proof in lines:
        assert NAMED.search(proof), promise
