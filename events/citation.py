"""How what is on the portal is cited: in words, for LaTeX (BibTeX), for reference managers (RIS, CSL-JSON, meta tags).

Authors are organisations, or the byline that `events.attribution` allows a report; a name is never taken apart.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.formats import date_format
from django.utils.translation import gettext

from events.atom import fit

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# What LaTeX reads as more than a character. Braces are spelled out: BibTeX counts them even behind a backslash.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&%#_"},
    }
)
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def latex(text: str) -> str:
    """Return `text` in one line for a field of BibTeX, in Unicode, with LaTeX's own signs escaped."""
    return one_line(text).translate(_LATEX)


def one_line(text: str) -> str:
    """Return `text` in one line."""
    return " ".join(text.split())


@dataclass(frozen=True, kw_only=True)
class Citation:
    """What a citation is made of; a class for each kind of thing says how it is put together."""

    code: str  # the key of an entry, after “readout-”
    authors: Sequence[str]
    published_on: dt.date
    url: str
    files: str  # the path of its files without their ending: “/outcomes/abcd2345/cite.”

    FORMATS: ClassVar = {
        "txt": ("plain", "text/plain"),
        "bib": ("bibtex", "application/x-bibtex"),
        "ris": ("ris", "application/x-research-info-systems"),
        "json": ("csl", "application/vnd.citationstyles.csl+json"),
    }

    def in_format(self, extension: str) -> str:
        """Return the file with that ending: one of FORMATS."""
        return getattr(self, self.FORMATS[extension][0])

    def file(self, extension: str) -> str:
        """Return the path of the file with that ending."""
        return self.files + extension

    @property
    def by(self) -> str:
        """The authors at the start of a citation in words, or nothing."""
        authors = ", ".join(one_line(author) for author in self.authors)
        return f"{authors}. " if authors else ""

    @property
    def plain(self) -> str:
        """One paragraph: who, what, when, where."""
        raise NotImplementedError

    @property
    def bibtex(self) -> str:
        """An entry of BibTeX."""
        raise NotImplementedError

    @property
    def ris(self) -> str:
        """A record of RIS."""
        raise NotImplementedError

    @property
    def csl(self) -> str:
        """A list with one item, as reference managers exchange them (CSL-JSON)."""
        item = {
            "id": f"readout-{self.code}",
            **self.item(),
            "author": [{"literal": one_line(author)} for author in self.authors],
            "issued": {"date-parts": [[self.published_on.year, self.published_on.month, self.published_on.day]]},
            "URL": self.url,
        }
        return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1) + "\n"

    def item(self) -> dict[str, Any]:
        """Return what CSL-JSON says of this kind of thing beside what all have."""
        raise NotImplementedError

    @property
    def meta(self) -> list[tuple[str, str]]:
        """Names and contents of the meta tags that reference managers read (Highwire Press)."""
        raise NotImplementedError

    def _entry(self, kind: str, **fields: str) -> str:
        """Return an entry in UTF-8; authors stand in braces of their own, so that no name is taken apart."""
        told = {"author": " and ".join(f"{{{latex(author)}}}" for author in self.authors), **fields}
        told |= {"year": str(self.published_on.year), "url": self.url.translate(_IN_ADDRESS)}
        lines = [f"  {name} = {{{value}}}," for name, value in told.items() if value]
        month = f"  month = {MONTHS[self.published_on.month - 1]},"
        return "\n".join([f"@{kind}{{readout-{self.code},", *lines, month, "}", ""])

    def _record(self, kind: str, *told: tuple[str, str]) -> str:
        """Return a record with one tag a line, ended as RIS asks (CR LF)."""
        lines = [("TY", kind), *[("AU", one_line(author)) for author in self.authors]]
        lines += [(tag, one_line(value)) for tag, value in told if value]
        lines += [
            ("PY", str(self.published_on.year)),
            ("DA", f"{self.published_on:%Y/%m/%d}"),
            ("UR", self.url),
            ("ID", self.code),
            ("ER", ""),
        ]
        return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)

    def _meta(self, title: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
        told = [
            ("citation_title", title),
            *(("citation_author", author) for author in self.authors),
            ("citation_publication_date", f"{self.published_on:%Y/%m/%d}"),
            *more,
            ("citation_publisher", "Readout"),
            ("citation_public_url", self.url),
        ]
        return [(name, one_line(fit(value))) for name, value in told if value]


@dataclass(frozen=True, kw_only=True)
class EventCitation(Citation):
    """How a dialogue is cited; `published_on` is its first day."""

    title: str
    format: str  # “Roundtable”
    place: str
    held: str  # “3–5 March 2026”

    @property
    def plain(self):
        facts = ", ".join(part for part in (self.format, one_line(self.place), self.held) if part)
        return f"{self.by}{_ended(self.title)} {facts}. Readout. {self.url}"

    @property
    def bibtex(self):
        held = ", ".join(part for part in (self.format, one_line(self.place), self.held) if part)
        return self._entry("misc", title=f"{{{latex(self.title)}}}", howpublished=latex(held), publisher="Readout")

    @property
    def ris(self):
        return self._record("CONF", ("TI", self.title), ("M1", self.format), ("CY", self.place), ("PB", "Readout"))

    def item(self):
        return {
            "type": "event",
            "title": one_line(self.title),
            "event-title": one_line(self.title),
            "event-place": one_line(self.place),
            "genre": self.format,
            "publisher": "Readout",
        }

    @property
    def meta(self):
        return self._meta(self.title, ("citation_conference_title", self.title))


@dataclass(frozen=True, kw_only=True)
class ReportCitation(Citation):
    """How the report of a dialogue is cited: by its byline, else by who convened the dialogue."""

    title: str
    event: str
    reference: str
    institutions: Sequence[str]  # who convened the dialogue

    @property
    def series(self) -> str:
        """Of which dialogue it is the report, in words."""
        return gettext("Report of %(event)s") % {"event": one_line(self.event)}

    @property
    def publisher(self) -> str:
        """Who convened the dialogue, or the portal."""
        return ", ".join(map(one_line, self.institutions)) or "Readout"

    @property
    def plain(self):
        when = date_format(self.published_on, "F Y")
        return f"{self.by}{_ended(self.title)} {self.series}. {self.publisher}, {when}. {self.url}"

    @property
    def bibtex(self):
        return self._entry(
            "techreport",
            title=f"{{{latex(self.title)}}}",
            institution=f"{{{latex(self.publisher)}}}",
            number=latex(self.reference),
            note=latex(self.series),
        )

    @property
    def ris(self):
        return self._record(
            "RPRT", ("TI", self.title), ("T2", self.event), ("M1", self.reference), ("PB", self.publisher)
        )

    def item(self):
        return {
            "type": "report",
            "title": one_line(self.title),
            "event-title": one_line(self.event),
            "number": one_line(self.reference),
            "publisher": self.publisher,
        }

    @property
    def meta(self):
        institutions = [("citation_technical_report_institution", name) for name in self.institutions]
        return self._meta(self.title, *institutions, ("citation_conference_title", self.event))


def _ended(text: str) -> str:
    """Return a title in one line with a full stop, unless it ends a sentence already."""
    text = one_line(text)
    return text if text.endswith((".", "!", "?", "…", "。", "؟")) else f"{text}."
