"""Forms as a browser finds them in a page, filled as somebody would who types what has to be typed, and then forged."""

import datetime as dt
import re
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from participants.models import Change
from tests.downloads import body
from tests.matrix.world import everything

WRITTEN = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"(\w+)"', re.IGNORECASE)
TOLD = {Change._meta.label, "django_tasks_database.DBTaskResult"}  # what tells of other rows, with their keys and times
BY_CHANCE = {  # made of keys, moments and chance
    "events.EventRevision.mark",
    "events.Invitation.token_hash",
    "outcomes.Contribution.device_hash",
    "participants.OutgoingMail.body",
    "participants.OutgoingMail.key",
    "participants.SignInCode.browser_hash",
    "participants.SignInCode.code_hash",
    "participants.AttemptCount.key",
    "participants.User.password",
}
NOW = dt.timedelta(minutes=10)
FORGED = "forgedzz"  # a text, and as good a code as any
FORGED_UUID = uuid.UUID("f0f0f0f0-f0f0-4f0f-8f0f-f0f0f0f0f0f0")


@dataclass
class Form:
    """A form that posts: where to, what it sends as it stands, what is empty and of which type, and its buttons."""

    action: str = ""
    data: dict[str, list[str]] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that post, fields that stand elsewhere and name their form included."""

    def __init__(self, page: str, address: str):
        super().__init__()
        self.found: list[Form] = []
        self._address = address
        self._by_id: dict[str | None, Form] = defaultdict(Form)  # fields may come before their form
        self._form: Form | None = None
        self._select: tuple[Form, str, list[tuple[str, bool]], dict] | None = None
        self._area: tuple[Form, str, list[str]] | None = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        form = self._by_id[given["form"]] if "form" in given else self._form
        name = given.get("name", "")
        if tag == "form":
            posts = given.get("method", "get").lower() == "post"
            self._form = None
            if posts:
                self._form = form = self._by_id[given["id"]] if "id" in given else Form()
                form.action = given.get("action") or self._address
                self.found.append(form)
        elif form is None or (not name and tag != "option") or "disabled" in given:
            return
        elif tag == "button" or (tag == "input" and given.get("type") in ("submit", "image")):
            form.buttons.append((name, given.get("value", "")))
        elif tag == "input":
            self._input(form, name, given)
        elif tag == "textarea":
            self._area = (form, name, [])
        elif tag == "select":
            self._select = (form, name, [], given)
        elif tag == "option" and self._select:
            self._select[2].append((given.get("value", ""), "selected" in given))

    def _input(self, form, name, given):
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                form.data.setdefault(name, []).append(given.get("value", "on"))
            else:
                form.empty.setdefault(name, f"{kind} {given.get('value', 'on')}")
        elif kind == "file" or not given.get("value"):
            form.empty[name] = kind if "required" not in given else f"{kind} required"
        else:
            form.data.setdefault(name, []).append(given["value"])

    def handle_data(self, data):
        if self._area:
            self._area[2].append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area:
            form, name, said = self._area
            words = "".join(said).removeprefix("\n")
            if words.strip():
                form.data.setdefault(name, []).append(words)
            else:
                form.empty[name] = "text"
            self._area = None
        elif tag == "select" and self._select:
            form, name, options, given = self._select
            chosen = [value for value, is_chosen in options if is_chosen]
            if "multiple" not in given:
                chosen = (chosen or [value for value, _ in options])[:1]  # browsers send the first
            if any(chosen):
                form.data.setdefault(name, []).extend(chosen)
            else:
                first = next((value for value, _ in options if value), "")
                form.empty[name] = f"select {first}" + (" required" if "required" in given else "")
            self._select = None


def effects_of(client, address: str, data: dict, before: dict):
    """Post, see which rows of the tables that were written are not as `before`, undo it; return answer and effects."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(address, data)
            body(answer)
        tables = {found[1] for query in asked if (found := WRITTEN.match(query["sql"]))}
        after = everything(tables)
        transaction.set_rollback(True)
    client.cookies = cookies
    labels = {
        model._meta.label for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables
    }
    return answer, effects({key: row for key, row in before.items() if key[0] in labels}, after)


def effects(before: dict, after: dict) -> list[str]:
    """Return what came of a post: two posts that do the same return the same, whatever the clock and chance say."""
    new = set(after) - set(before)
    found = []
    for key, row in after.items():
        label = key[0]
        if label in TOLD or row == before.get(key):
            continue
        was = before.get(key)
        for column in apps.get_model(label)._meta.concrete_fields:
            value = row[column.attname]
            if column.primary_key or (was and was[column.attname] == value):
                continue
            found.append(f"{label} {'new' if was is None else key[1]} {column.attname} = {plain(column, value, new)!r}")
    found += [f"{key} went" for key in set(before) - set(after) if key[0] not in TOLD]
    return sorted(found)


def plain(column: models.Field, value, new: set):
    """Return `value`, or what it is where it differs each time: the moment, chance, the key of a row that is new."""
    if column.is_relation and (column.related_model._meta.concrete_model._meta.label, value) in new:
        return "a new row"
    if isinstance(value, dt.datetime) and abs(value - dt.datetime.now(dt.UTC)) < NOW:
        return "now"
    if value in (FORGED, FORGED_UUID):
        return value
    if (
        str(column) in BY_CHANCE
        or isinstance(value, uuid.UUID)
        or (column.has_default() and callable(column.default) and isinstance(column, models.CharField))
    ):
        return "by chance"
    return value


def forged(column: models.Field, theirs: dict[str, models.Model]) -> str:
    """Return what somebody sends for a field that is not theirs to fill: what would be seen, were it stored."""
    if column.is_relation:
        row = theirs.get(column.related_model._meta.concrete_model._meta.label)
        return str(row.pk) if row else ""
    if isinstance(column, models.BooleanField):
        return "false" if column.default is True else "on"
    if column.choices:
        values = [value for value, _ in column.flatchoices if value]
        return next(
            (value for value in ("published", "public", "on_record", "administrator") if value in values), values[-1]
        )
    by_type: dict[type[models.Field], str] = {
        models.DateTimeField: "2001-02-03 04:05",
        models.DateField: "2001-02-03",
        models.UUIDField: str(FORGED_UUID),
        models.EmailField: f"{FORGED}@example.org",
        models.URLField: f"https://example.org/{FORGED}",
        models.JSONField: f'{{"{FORGED}": 1}}',
        models.IntegerField: "321",
        models.AutoField: "321",
        models.BinaryField: "",
        models.FileField: "",
    }
    return next((value for kind, value in by_type.items() if isinstance(column, kind)), FORGED)
