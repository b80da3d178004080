"""How an outcome is cited: in words, for LaTeX (BibTeX) and for reference managers (RIS).

The author is the organisation that convened the dialogue, or nobody; never a person, whoever wrote it down.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

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
    return _one_line(text).translate(_LATEX)


def _one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True)
class Citation:
    """What a citation of one outcome is made of."""

    code: str
    kind: str  # "Takeaway" or "Action", as readers see it
    reference: str
    text: str
    event: str
    authors: Sequence[str]
    published_on: dt.date
    url: str

    FORMATS = {
        "txt": ("plain", "text/plain"),
        "bib": ("bibtex", "application/x-bibtex"),
        "ris": ("ris", "application/x-research-info-systems"),
    }

    def in_format(self, extension: str) -> str:
        """Return the file with that ending: one of FORMATS."""
        return getattr(self, self.FORMATS[extension][0])

    @property
    def series(self) -> str:
        """Which outcome of which dialogue, in words."""
        return gettext("%(kind)s %(reference)s of %(event)s") % {
            "kind": self.kind,
            "reference": self.reference,
            "event": _one_line(self.event),
        }

    @property
    def plain(self) -> str:
        """One paragraph: who convened, the wording, which outcome it is, when it was published, where."""
        authors = ", ".join(_one_line(author) for author in self.authors)
        text = _one_line(self.text)
        date = f"{self.published_on.day} {self.published_on:%B %Y}"
        parts = [
            f"{authors}. " if authors else "",
            f"“{text}” " if text.endswith((".", "!", "?", "…", "。", "؟")) else f"“{text}”. ",
            f"{self.series}. Readout, {date}. {self.url}",
        ]
        return "".join(parts)

    @property
    def bibtex(self) -> str:
        """An @misc entry in UTF-8; organisations stand in braces of their own, so that no name is taken apart."""
        fields = {
            "author": " and ".join(f"{{{latex(author)}}}" for author in self.authors),
            "title": f"{{{latex(self.text)}}}",
            "howpublished": latex(self.series),
            "publisher": "Readout",
            "year": str(self.published_on.year),
            "url": self.url.translate(_IN_ADDRESS),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        month = f"  month = {MONTHS[self.published_on.month - 1]},"
        return "\n".join([f"@misc{{readout-{self.code},", *lines, month, "}", ""])

    @property
    def ris(self) -> str:
        """A record with one tag a line, ended as RIS asks (CR LF)."""
        lines = [("TY", "ELEC"), *[("AU", _one_line(author)) for author in self.authors]]
        lines += [
            ("TI", _one_line(self.text)),
            ("T2", _one_line(self.event)),
            ("M1", f"{self.kind} {self.reference}"),
            ("PB", "Readout"),
            ("PY", str(self.published_on.year)),
            ("DA", f"{self.published_on:%Y/%m/%d}"),
            ("UR", self.url),
            ("ID", self.code),
            ("ER", ""),
        ]
        return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)
