"""The text of a report out of a document: a section for each of its headings."""

import re
from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError

from events.importing.into_event import IntoEvent
from events.models import bump_generation
from events.naming import NameCheck
from outcomes import intake
from outcomes.models import Report, ReportSection
from participants.importing.kinds import Candidate, Row
from participants.importing.ledger import as_stored

SHOWN = 400  # characters of a text that the preview shows
BEFORE_THE_FIRST = "Introduction"
_SIGNS = re.compile(r"([\\`*\[<])|(?<![^\W_])(_)|(_)(?![^\W_])")
_AT_THE_START = re.compile(r"^(#{1,6}|[-+>]|\d{1,9}[.)])(?=\s|$)")


class ReportImport(IntoEvent):
    """A section is known again by its title. Nothing of a report that is public changes unless somebody says so."""

    name = "report"
    label = "Report text"
    accept = ".docx,.html,.htm,.txt,.md"
    help_text = "Word (.docx), a web page (.html) or text (.txt, .md). Headings become sections. 10 MB at most."

    def title(self, row):
        return row.values["title"]

    def records(self, data, name):
        is_markdown = name.lower().endswith(".md")
        blocks = intake.blocks(data, name)
        levels = Counter(block.level for block in blocks if block.kind == "heading")
        parts = min((level for level, number in levels.items() if number > 1), default=min(levels, default=0))
        rows: list[Row] = []
        texts: list[list[str]] = []
        for block in blocks:
            if block.kind == "heading" and block.level == parts:
                rows.append(Row(block.line, {"title": block.text[:300], "text": ""}))
                texts.append([])
                continue
            if block.kind == "heading" and block.level < parts:
                continue  # the title of the whole document, which the report has of its own
            if not rows:
                rows.append(Row(block.line, {"title": BEFORE_THE_FIRST, "text": ""}))
                rows[0].notes.append("It stands before the first heading.")
                texts.append([])
            texts[-1].append(as_markdown(block, is_markdown=is_markdown, below=parts))
        for row, text in zip(rows, texts, strict=True):
            row.values["text"] = re.sub(r"(\n *- [^\n]*)\n\n(?= *- )", r"\1\n", "\n" + "\n\n".join(text)).strip()
        return rows

    def read(self, row: Row) -> None:
        row.clean = dict(row.values)
        section = ReportSection(title=row.clean["title"], body=row.clean["text"])
        try:
            section.clean_fields(exclude=["report", "slug", "search_text"])
        except ValidationError as error:
            row.problems += [message for messages in error.message_dict.values() for message in messages]

    def prepare(self, rows):
        self.report = Report.objects.filter(event=self.target).first()
        sections = list(self.report.sections.all()) if self.report else []
        self.there = {section.title.casefold(): section for section in sections}
        self.is_public = self.report is not None and self.report.status == Report.Status.PUBLISHED
        self.first: dict[str, int] = {}
        self.names = NameCheck(self.target)

    def match(self, row):
        title = row.clean["title"].casefold()
        first = self.first.setdefault(title, row.line)
        found = self.there.get(title) if first == row.line else None
        if self.is_public and (found is None or found.body != row.clean["text"]):
            why = self.names.against(row.clean["title"], row.clean["text"])
            row.problems += [why] if why else []
        if first != row.line:
            row.is_in_doubt(f"Line {first} has the same heading.")
        if found is None:
            if self.is_public:
                row.is_in_doubt("The report is public: this section would be at once.")
            return
        row.found = found
        if self.is_public and (differences := self.compare(row)):
            row.found, row.differences, row.may_be_new = None, differences, False
            row.is_in_doubt("It is public with another text.", [Candidate(str(found.pk), "Change the public text")])

    def take(self, row, key):
        row.found = next((section for section in self.there.values() if str(section.pk) == key), None)

    def compare(self, row):
        before, after = row.found.body, row.clean["text"]
        return [("Text", before[:SHOWN], after[:SHOWN])] if after and before != after else []

    def missing(self, rows):
        named = {row.clean.get("title", "").casefold() for row in rows}
        return [section.title for title, section in self.there.items() if title not in named]

    def write(self, rows, ledger):
        mine = (Report.objects.filter(event=self.target), ReportSection.objects.filter(report__event=self.target))
        with ledger.watch(*mine):
            report = self.report
            if report is None:
                report = Report(event=self.target, title=self.target.title)
                report.full_clean(exclude=["event"])
                report.save()
                ledger.made([report])
            last = max((section.position for section in self.there.values()), default=0)
            for row in rows:
                if row.found is None:
                    last += 1
                    section = ReportSection(
                        report=report, title=row.clean["title"], body=row.clean["text"], position=last
                    )
                    section.save()
                    ledger.made([section])
                    continue
                before = as_stored(row.found, ["body"])
                row.found.body = row.clean["text"]
                row.found.save()
                ledger.changed(row.found, before, ["body"])

    def restore(self, instance, before: dict[str, Any]):
        for name, value in before.items():
            setattr(instance, name, value)
        instance.save()  # which brings its words for the search up to date
        return True

    def settle(self):
        bump_generation()


def as_markdown(block: intake.Block, *, is_markdown: bool, below: int) -> str:
    """Return a block as Markdown that shows its words and nothing else; what was Markdown already stays."""
    text = block.text if is_markdown else escaped(block.text)
    if block.kind == "heading":
        return f"{'#' * min(max(block.level - below + 2, 3), 6)} {text}"
    if block.kind == "bullet":
        return f"{'  ' * block.depth}- {text}"
    return text


def escaped(text: str) -> str:
    text = _SIGNS.sub(lambda found: "\\" + found[0], text)
    return _AT_THE_START.sub(lambda found: f"{found[1][:-1]}\\{found[1][-1]}", text)
