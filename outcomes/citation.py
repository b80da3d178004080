"""How an outcome is cited.

The author is the organisation that convened the dialogue, or nobody; never a person, whoever wrote it down.
"""

from dataclasses import dataclass

from django.utils.translation import gettext

from events import citation
from events.citation import latex, one_line


@dataclass(frozen=True, kw_only=True)
class Citation(citation.Citation):
    """How one outcome is cited."""

    kind: str  # "Takeaway" or "Action", as readers see it
    reference: str
    text: str
    event: str

    @property
    def series(self) -> str:
        """Which outcome of which dialogue, in words."""
        return gettext("%(kind)s %(reference)s of %(event)s") % {
            "kind": self.kind,
            "reference": self.reference,
            "event": one_line(self.event),
        }

    @property
    def plain(self):
        """One paragraph: who convened, the wording, which outcome it is, when it was published, where."""
        text = one_line(self.text)
        date = f"{self.published_on.day} {self.published_on:%B %Y}"
        said = f"“{text}” " if text.endswith((".", "!", "?", "…", "。", "؟")) else f"“{text}”. "
        return f"{self.by}{said}{self.series}. Readout, {date}. {self.url}"

    @property
    def bibtex(self):
        """An @misc entry."""
        title, howpublished = f"{{{latex(self.text)}}}", latex(self.series)
        return self._entry("misc", title=title, howpublished=howpublished, publisher="Readout")

    @property
    def ris(self):
        """A record of something on the web."""
        told = (("TI", self.text), ("T2", self.event), ("M1", f"{self.kind} {self.reference}"), ("PB", "Readout"))
        return self._record("ELEC", *told)

    def item(self):
        return {
            "type": "webpage",
            "title": one_line(self.text),
            "container-title": one_line(self.event),
            "genre": self.kind,
            "number": one_line(self.reference),
            "publisher": "Readout",
        }

    @property
    def meta(self):
        return self._meta(self.text, ("citation_conference_title", self.event))
