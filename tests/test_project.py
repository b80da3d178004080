"""Rules of the project that no single test of a thing would notice being broken."""

import ast
import importlib
import re
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from config.classification import FIELDS, kind_of
from events.search import SearchIndex
from outcomes.management.commands import workflow_docs
from tests import factories

ROOT = settings.BASE_DIR
APPS = ["participants", "events", "outcomes"]  # each imports from those before it only
CODE = sorted(path for app in [*APPS, "config"] for path in (ROOT / app).rglob("*.py"))
MIGRATIONS = sorted(path for app in APPS for path in (ROOT / app / "migrations").glob("0*.py"))
TEMPLATES = sorted(ROOT.glob("templates/**/*.*"))
STATIC = sorted(
    path for kind in ("css", "js") for path in ROOT.glob(f"static/{kind}/**/*.{kind}") if "vendor" not in path.parts
)

MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
TABLES = [model for model in MODELS if not model._meta.proxy]


def relative(path):
    return str(path.relative_to(ROOT))


def imports(path):
    """Yield the name of every module that `path` imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(), relative(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            here = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            yield ".".join([*here, *([node.module] if node.module else [])])


def test_there_is_something_to_look_at():
    assert len(CODE) > 40
    assert len(MIGRATIONS) >= len(APPS)
    assert len(TEMPLATES) > 20
    assert len(STATIC) > 3


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_an_app_imports_only_from_its_left(path):
    app = path.relative_to(ROOT).parts[0]
    if app == "config":
        return
    right = set(APPS[APPS.index(app) + 1 :])

    assert not [name for name in imports(path) if name.split(".")[0] in right]


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_code_never_imports_tests(path):
    assert not [name for name in imports(path) if name.split(".")[0] in ("tests", "factory", "pytest")]


def test_there_is_no_place_for_what_belongs_nowhere():
    forbidden = {"utils", "common", "helpers", "services", "signals", "receivers", "misc"}

    assert not [relative(path) for path in CODE if forbidden & {*path.parts, path.stem}]


# Migrations


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


@pytest.mark.parametrize("path", MIGRATIONS, ids=relative)
def test_migrations_are_named_and_import_no_model_code(path):
    assert "auto" not in path.stem
    assert re.fullmatch(r"\d{4}_[a-z][a-z_]+", path.stem)
    assert not [name for name in imports(path) if name.split(".")[0] in APPS and "models" in name.split(".")]


# Models


def fields_of(model):
    """Every field that stands in a table, its own or that of a many-to-many."""
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


def test_every_model_has_a_factory():
    made = {
        factory._meta.model
        for factory in vars(factories).values()
        if isinstance(factory, type) and issubclass(factory, factories.DjangoModelFactory)
    }
    derived = {"PublicGeneration", "EventRevision", "OutcomeCount"}  # written by what they are derived from
    derived |= {model.__name__ for model in SearchIndex.__subclasses__()}

    missing = {model.__name__ for model in MODELS if model not in made and not model._meta.auto_created} - derived
    assert not missing


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_field_is_public_internal_or_personal(model):
    assert not [f"{model._meta.label}.{field.name}" for field in fields_of(model) if kind_of(field) is None]


def test_no_field_is_classified_twice_or_gone():
    for label, kinds in FIELDS.items():
        names = " ".join(kinds.values()).split()
        assert len(names) == len(set(names))
        assert set(names) == {field.name for field in fields_of(apps.get_model(label))}
    assert set(FIELDS) == {model._meta.label for model in TABLES}


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_constraint_says_its_rule(model):
    for constraint in model._meta.constraints:
        assert len(constraint.name.split("_")) >= 3, constraint.name


# Documents


def test_workflow_page_is_current():
    assert workflow_docs.PATH.read_text() == workflow_docs.document()


def test_workflow_page_says_no_verb_that_is_not_there():
    for model, verbs in workflow_docs.VERBS.items():
        moves = {(was, to) for was, to_against in model.TRANSITIONS.items() for to in to_against}
        assert set(verbs) == moves
        assert all(callable(getattr(model, verb)) for verb in verbs.values())


# Safety

# Each with the file that may and why.
ALLOWED: dict[str, set[str]] = {
    "mark_safe": set(),
    # Markdown, sanitised by nh3; JSON for machines, with the signs escaped that could end its element; a block of a
    # template, printed twice; a template drawn once, with each word escaped as it is filled in
    "SafeString": {
        "events/templatetags/markup.py",
        "events/structured.py",
        "events/templatetags/head.py",
        "events/templatetags/fragments.py",
    },
    # A mail program posts the one-click end of reminders by itself (RFC 8058); the token in the address is the right
    "csrf_exempt": {"events/views/reminders.py"},
    ".raw(": set(),
    ".extra(": set(),
    "RawSQL": set(),
    "pickle": set(),
    "eval(": set(),
    "exec(": set(),
    "shell=True": set(),
    "__all__ =": set(),
    # No process, no other machine: what the site needs it has, and no address that somebody typed is ever asked for.
    "import subprocess": set(),
    "os.system": set(),
    "import socket": set(),
    "http.client": set(),
    "urllib.request": set(),
    "import requests": set(),
    "import httpx": set(),
    "import smtplib": set(),
    "import yaml": set(),
    "import marshal": set(),
}


@pytest.mark.parametrize("word", ALLOWED)
def test_code_does_without_what_is_not_safe(word):
    def lines(path):
        code = path.read_text()
        # `__all__` names what a package exports; as the fields of a form or an API it would be a leak.
        return [line for line in code.splitlines() if word in line and word != "__all__ ="] + re.findall(
            r"fields\s*=\s*[\"']__all__", code
        )

    assert {relative(path) for path in CODE if lines(path)} <= ALLOWED[word]


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_templates_have_nothing_inline_and_nothing_safe(path):
    text = re.sub(r"{#.*?#}", "", path.read_text())

    assert not re.search(r"\|\s*safe\b|\bsafeseq\b", text)
    if path.suffix != ".txt":  # plain text has no markup to escape
        assert "autoescape off" not in text
        assert not re.search(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text)
        assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/(?:ld\+)?json\")", text)
        assert not re.search(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("path", STATIC, ids=relative)
def test_styles_and_scripts_ask_nobody_else(path):
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")

    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text)
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)


@pytest.mark.parametrize("app", APPS)
def test_every_module_can_be_imported(app):
    for path in (ROOT / app).rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        importlib.import_module(module)
