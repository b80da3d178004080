"""Reads the document of an event from what is public, in a fixed number of queries. There is no other way in.

Drafts are read by the same functions, from rows that are published for a moment (`outcomes.admin.publication`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext

from events import attribution
from events.cards import span
from events.models import Event, EventPartner, Participation
from outcomes.documents import scripts
from outcomes.documents.blocks import Block, Heading, Paragraph, Run, Runs, blocks_of, plain
from outcomes.documents.content import (
    Action,
    Actions,
    Document,
    Logo,
    Part,
    Partners,
    Section,
    Takeaway,
    Takeaways,
    Word,
    part_text,
)
from outcomes.models import ActionOwner, ActionUpdate, DocumentPlan, Outcome, Report, ReportSection

WANTED = DocumentPlan.Part
SITE = "Readout"


def document_of(event: Event, plan: DocumentPlan | None = None) -> Document | None:
    """Return the document of a public event, None where there is none: no page of a public report, no outcome."""
    plan = plan or DocumentPlan.of(event)
    report = Report.objects.public().filter(event=event).select_related("author__person").first()
    texts = list(ReportSection.objects.public().filter(report=report).with_a_page()) if report else []
    outcomes = list(event.outcomes.public().as_printed().with_rule())
    partners = list(event.event_partners.select_related("organisation"))
    if not outcomes and not texts:
        return None
    printed = _outcomes(event, outcomes, plan)
    sections = _sections(event, report, texts, outcomes, printed, plan)
    conveners = [one.organisation.name for one in partners if one.role == EventPartner.Role.CONVENER]
    author = ", ".join(conveners) or SITE
    title = report.title if report else event.title
    dates = span(event.starts_on, event.ends_on)
    address = settings.SITE_URL + event.get_absolute_url()
    published = date_format(report.published_month, "F Y") if report and report.published_month else ""
    byline = report.byline if report else None
    kind = gettext("Report") if report else gettext("Outcome document")
    facts = {
        "kind": kind,
        "title": _line(title),
        "event": _line(event.title) if _line(event.title) != _line(title) else "",
        "reference": event.reference,
        "dates": dates,
        "place": ", ".join(part for part in (event.venue, event.place) if part),
        "summary": event.summary if plan.has(WANTED.SUMMARY) else "",
        "partners": tuple(_by_role(partners)),
        "logos": tuple(_logos(partners)) if plan.has(WANTED.LOGOS) else (),
        "byline": ", ".join(filter(None, (byline.name, byline.details))) if byline else "",
        "published": published,
        "has_contents": plan.has(WANTED.CONTENTS) and len(sections) > 1,
        "sections": tuple(sections),
        "author": author,
        "address": address,
        "file_name": f"{slugify(event.cite_as, allow_unicode=False)[:60].strip('-') or 'event'}-{slugify(kind)}",
    }
    cited: Runs = (
        _citation(kind, conveners, title, event, dates, published, address) if plan.has(WANTED.CITATION) else ()
    )
    about = _about(event, report.disclaimer if report else "", cited)
    document = Document(**facts, about=about, language="en")
    return replace(document, language=plan.language or scripts.language(_body(document), "en"))


def _line(text: str) -> str:
    return " ".join(text.split())


def _body(document: Document) -> str:
    """What its language is told by: its title and sections, not the labels around them."""
    return "\n".join([document.title, *(part for one in document.sections for part in _words(one))])


def _words(section: Section) -> Iterator[str]:
    yield section.title
    for block in section.blocks:
        yield part_text(block)


def _by_role(partners: Iterable[EventPartner]) -> Iterator[Partners]:
    roles: dict[str, list[str]] = {}
    for one in partners:
        roles.setdefault(one.role_label, []).append(one.organisation.name)
    for role, names in roles.items():
        yield Partners(role, tuple(names))


def _logos(partners: Iterable[EventPartner]) -> Iterator[Logo]:
    found = {str(one.organisation.logo): one.organisation.logo_alt for one in partners if one.organisation.logo}
    for stored, alt in found.items():
        yield Logo(stored, alt)


# Sections


def _sections(
    event, report, texts: list[ReportSection], outcomes: list[Outcome], printed: list[Part], plan: DocumentPlan
) -> list[Section]:
    """Return the sections of the report with the outcomes where it has a place for them, else at its end."""
    sections, placed = [], False
    count = 0
    for text in texts:
        written = blocks_of(text.body) if plan.has(WANTED.SECTIONS) else ()
        if plan.has(WANTED.NUMBERS):
            written, count = _numbered(written, count)
        blocks: tuple[Part, ...] = written
        if text.kind == ReportSection.Kind.OUTCOMES and not placed:
            none = gettext("No takeaway or action of this dialogue is published yet.")
            blocks, placed = (*blocks, *(printed if outcomes else [Paragraph(plain(none))])), True
        if blocks:
            sections.append(Section(text.title, blocks))
    if report is None and event.body and plan.has(WANTED.SECTIONS):
        sections.append(Section(gettext("About the dialogue"), blocks_of(event.body)))
    if not placed and printed:
        sections.append(Section(gettext("Takeaways and actions"), tuple(printed)))
    return sections


def _numbered(blocks: tuple[Block, ...], count: int) -> tuple[tuple[Block, ...], int]:
    """Return blocks with their own paragraphs counted on from `count`, and how far that went."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            count += 1
            block = replace(block, number=count)
        found.append(block)
    return tuple(found), count


def _about(event: Event, disclaimer: str, cited: Runs) -> Section:
    """Return the last section: the rule of attribution in plain words, the disclaimer, the citation."""
    parts: list[tuple[str, list[Runs]]] = [(gettext("Attribution"), [plain(event.attribution_note)])]
    lines = [plain(line.strip()) for line in disclaimer.split("\n") if line.strip()]
    parts += [(gettext("Disclaimer"), lines)] if lines else []
    parts += [(gettext("How to cite this document"), [cited])] if cited else []
    blocks: list[Part] = []
    for heading, paragraphs in parts:
        blocks += [Heading(2, plain(heading)), *map(Paragraph, paragraphs)]
    return Section(gettext("About this document"), tuple(blocks))


def _citation(
    kind: str, conveners: list[str], title: str, event: Event, dates: str, published: str, address: str
) -> Runs:
    """Return how it is cited: who convened, its title, of which dialogue, when, where it is. Never a person."""
    title, held = _line(title), ", ".join(part for part in (event.place, dates) if part)
    event_title = _line(event.title)
    of = kind if title == event_title else gettext("%(kind)s of “%(event)s”") % {"kind": kind, "event": event_title}
    parts = [
        f"{', '.join(map(_line, conveners))}. " if conveners else "",
        f"“{title}” " if title.endswith((".", "!", "?", "…", "。", "؟")) else f"“{title}”. ",
        f"{of}{f' ({held})' if held else ''}. ",
        f"{SITE}{f', {published}' if published else ''}. ",
    ]
    return (Run("".join(parts)), Run(address, href=address))


# Outcomes


def _outcomes(event: Event, outcomes: list[Outcome], plan: DocumentPlan) -> list[Part]:
    """Return takeaways, then actions, each under the headings they are printed under."""
    parts: list[Part] = []
    kinds = {kind: [one for one in outcomes if one.kind == kind] for kind in Outcome.Kind.values}
    if kinds[Outcome.Kind.TAKEAWAY] and plan.has(WANTED.TAKEAWAYS):
        parts.append(Heading(2, plain(gettext("Takeaways"))))
        for heading, items in groupby(kinds[Outcome.Kind.TAKEAWAY], lambda one: one.heading):
            parts += [Heading(3, plain(heading))] if heading else []
            parts.append(Takeaways(tuple(Takeaway(**_shared(event, one)) for one in items)))
    if kinds[Outcome.Kind.ACTION] and plan.has(WANTED.ACTIONS):
        actions = kinds[Outcome.Kind.ACTION]
        owners = _owners(event, actions)
        last = _last_words(event) if plan.has(WANTED.UPDATES) else {}
        parts.append(Heading(2, plain(gettext("Actions"))))
        for heading, items in groupby(actions, lambda one: one.heading):
            parts += [Heading(3, plain(heading))] if heading else []
            parts.append(Actions(tuple(_action(event, one, owners, last) for one in items)))
    return parts


def _shared(event: Event, outcome: Outcome) -> dict[str, str]:
    mark = f"{outcome.kind[0].upper()}{outcome.number}"
    return {
        "mark": mark,
        "reference": f"{event.cite_as}-{mark}",
        "text": outcome.text,
        "href": settings.SITE_URL + outcome.get_absolute_url(),
    }


def _action(event: Event, action: Outcome, owners: dict[int, list[str]], last: dict[int, ActionUpdate]) -> Action:
    word = last.get(action.pk)
    return Action(
        **_shared(event, action),
        owners=tuple(owners.get(action.pk, [gettext("No owner yet")])),
        due=date_format(action.due_on, "j F Y") if action.due_on else action.due_text,
        progress=action.get_progress_display(),
        last=Word(date_format(word.on, "j F Y"), _line(word.text)) if word else None,
    )


def _owners(event: Event, actions: list[Outcome]) -> dict[int, list[str]]:
    """Return who answers for each action, the lead first: organisations by name, people as attribution allows."""
    found: dict[int, list[str]] = {}
    by_key = {action.pk: action for action in actions}
    owners = list(ActionOwner.objects.filter(action__in=by_key).select_related("organisation", "person"))
    people = {owner.person_id for owner in owners if owner.person_id}
    listed = {one.person_id: one for one in Participation.objects.public().filter(event=event, person__in=people)}
    for owner in owners:
        name = owner.organisation.name if owner.organisation else _person(by_key[owner.action_id], owner, listed)
        if owner.is_lead and name != attribution.ANONYMOUS.name:
            name = gettext("%(owner)s (lead)") % {"owner": name}
        names = found.setdefault(owner.action_id, [])
        if name not in names:  # those who are not named stand once, however many they are
            names.append(name)
    return found


def _person(action: Outcome, owner: ActionOwner, listed: dict[int, Participation]) -> str:
    participation = listed.get(owner.person_id or 0)
    rules = [getattr(action, "rule", attribution.Rule.CLOSED), action.recorded_under]
    if participation is not None:
        rules += [participation.rule, participation.recorded_under]
    return attribution.owner_byline(participation, attribution.strictest(*rules)).name


def _last_words(event: Event) -> dict[int, ActionUpdate]:
    last = ActionUpdate.objects.last_words(event.outcomes.public())
    return {update.action_id: update for update in last}
