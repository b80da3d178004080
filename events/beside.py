"""What an event's page shows beside its sessions and outcomes, each from its own `public()`, in one query."""

from typing import Any

from django.db.models import BooleanField, Case, F, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import JSONObject, RowNumber

from events.models import Event
from events.people import naming
from events.prepared import Prepared
from events.since import COLUMNS, OF_EDITION, SHOWN, all_left_open

Rows = list[dict[str, Any]]
FACTS = ("format", "size", "pages", "language", "fingerprint", "made_at")  # of a file that was made


def _arm(rows: QuerySet, what: str, columns: dict[str, Any], order: tuple = ()) -> QuerySet:
    """Return `rows` in the columns that all have; `order` is that of their model where none is given."""
    place = Window(RowNumber(), order_by=[*(order or rows.model._meta.ordering)])
    return rows.order_by().values(what=Value(what), place=place, told=JSONObject(**columns))


def _same(*names: str) -> dict[str, Any]:
    return {name: F(name) for name in names}


def _partners(event: Event) -> QuerySet:
    columns = {name: F(f"organisation__{name}") for name in ("name", "slug", "website", "logo", "logo_alt")}
    return _arm(event.event_partners.all(), "partner", _same("role", "role_text") | columns)


def _resources(event: Event) -> QuerySet:
    told = ("kind", "title", "part", "url", "file", "publisher", "published_on")
    return _arm(event.resources.public(), "resource", _same(*told))


def _quotes(event: Event) -> QuerySet:
    columns = _same("text", "rule", "recorded_under", "speaker") | naming("speaker")
    return _arm(event.quotes.public(), "quote", columns)


def _participants(event: Event) -> QuerySet:
    return _arm(event.participations.public(), "participant", _same("pk", "rule", "recorded_under") | naming())


def _report(event: Event) -> QuerySet:
    model: Any = Event._meta.get_field("report").related_model  # of the app to the right
    reports = model.objects.public()
    has_a_page = Case(
        When(Q(sections__kind="outcomes") | ~Q(sections__body=""), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    columns = {
        **_same("title", "published_month", "disclaimer", "author"),
        "section": F("sections__title"),
        "section_slug": F("sections__slug"),
        "has_a_page": has_a_page,
        "recorded_under": F("author__recorded_under"),
        **naming("author"),
    }
    return _arm(reports.filter(event=event), "report", columns, order=("sections__position", "sections__pk"))


def _documents(event: Event) -> QuerySet:
    """The last files that were made of it: not by themselves what may be told, see `outcomes.documents.making`."""
    model: Any = Event._meta.get_field("kept_documents").related_model  # of the app to the right
    rows = model.objects.public().filter(event=event)
    return _arm(rows, "document", _same(*FACTS), order=("format",))


def _editions(event: Event) -> QuerySet:
    """The public editions of its series just before and just after it."""
    day, editions = event.starts_on, event.editions()
    earlier = editions.filter(Q(starts_on__lt=day) | Q(starts_on=day, pk__lt=event.pk)).order_by("-starts_on", "-pk")
    later = editions.filter(Q(starts_on__gt=day) | Q(starts_on=day, pk__gt=event.pk))
    nearest = Q(pk=Subquery(earlier.values("pk")[:1])) | Q(pk=Subquery(later.values("pk")[:1]))
    columns = _same("pk", "title", "slug", "starts_on")
    return _arm(Event.objects.public().filter(nearest), "edition", columns, order=("starts_on", "pk"))


def _left_open(event: Event) -> QuerySet:
    """What earlier editions left, as many as are shown and one; `place` is a window, by which SQL can stop too."""
    left = all_left_open(event)
    columns = {name: F(name) for name in COLUMNS} | {name: F(path) for name, path in OF_EDITION.items()}
    return _arm(left, "left_open", columns, order=left.query.order_by).filter(place__lte=SHOWN + 1)


_ARMS = {
    "partner": _partners,
    "resource": _resources,
    "quote": _quotes,
    "participant": _participants,
    "report": _report,
    "document": _documents,
    "edition": _editions,
    "left_open": _left_open,
}


def _all(event: Event) -> QuerySet:
    first, *others = (arm(event) for arm in _ARMS.values())
    return first.union(*others, all=True).order_by()


_BESIDE = Prepared(_all)


def beside(event: Event) -> dict[str, Rows]:
    """Return the rows of each arm in their order, for a public `event`; dates in them are ISO texts."""
    found: dict[str, list] = {what: [] for what in _ARMS}
    for row in _BESIDE.rows(event):
        found[row["what"]].append((row["place"], row["told"]))
    return {what: [told for _, told in sorted(rows, key=lambda pair: pair[0])] for what, rows in found.items()}
