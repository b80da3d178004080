"""Writes a document as a PDF for everybody: tagged, with bookmarks, to PDF/UA-1, in any script that our fonts have.

Typst reads one template of ours and one JSON text. What people typed is strings in that text, never its markup; beside
the template lie the logos, drawn anew, in a folder of their own that is the only one it can see.
"""

import datetime as dt
import io
import json
import logging
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import typst
from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext
from PIL import Image, ImageChops

from outcomes.documents import scripts
from outcomes.documents.blocks import (
    Code,
    Divider,
    Heading,
    ListOf,
    Paragraph,
    Quotation,
    Runs,
    Table,
    text_of,
    words,
)
from outcomes.documents.content import (
    Action,
    Actions,
    Document,
    Logo,
    Made,
    Part,
    Section,
    Takeaway,
    Takeaways,
    part_text,
)

logger = logging.getLogger(__name__)

TEMPLATE = Path(__file__).with_name("report.typ")
LOGO_HEIGHT, LOGO_WIDTH = 18.0, 44.0  # millimetres that a logo may take
LONG_CONTENTS = 14  # entries from which on the contents have a page to themselves
SHORT = 1500  # characters of the last section that are not parted by the end of a page
LONGEST_CONTENTS = 45  # entries from which on they list sections alone
TITLES = ((60, 28), (110, 24), (180, 20), (10_000, 16))  # up to so many characters, set in so many points


def write(document: Document, on: dt.date) -> Made:
    """Return `document` as a PDF that says it was made `on` that day; the same bytes for the same arguments."""
    with tempfile.TemporaryDirectory(prefix="readout-") as folder:
        root = Path(folder)
        data = _Data(document, on, logos(document.logos, root)).as_dict()
        (root / "report.typ").write_bytes(TEMPLATE.read_bytes())
        text = json.dumps(data, ensure_ascii=False)
        compiler = typst.Compiler(
            str(root / "report.typ"),
            root=folder,
            font_paths=_fonts(tuple(map(str, scripts.folders(text)))),
            ignore_system_fonts=True,
            sys_inputs={"data": text},
            package_path=str(root / "none"),
            package_cache_path=str(root / "none"),
        )
        made = dt.datetime.combine(on, dt.time.min, dt.UTC)
        try:
            content = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=made)
        except typst.TypstError as error:
            # signs that the fonts have one by one, but not as they are put together here: tagged all the same
            logger.warning("a document is no PDF/UA: %s", error.message)
            content = compiler.compile(format="pdf", timestamp=made)
    file = cast(bytes, content)  # one file, as bytes: it is written nowhere
    return Made(file, pages=_pages(file))


@lru_cache(maxsize=16)
def _fonts(folders: tuple[str, ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))


def _pages(content: bytes) -> int:
    """Return how many pages the root of the page tree counts."""
    return max(int(number) for number in re.findall(rb"/Type/Pages/Count (\d+)", content))


def logos(stored: tuple[Logo, ...], folder: Path) -> list[dict[str, Any]]:
    """Draw logos into `folder`, without metadata and margins, each as large as leaves them alike in weight."""
    found = []
    for number, logo in enumerate(stored):
        if (picture := drawn(logo)) is None:
            continue
        name = f"logo-{number}.png"
        picture.save(folder / name, "PNG")
        found.append({"file": name, "alt": logo.alt, "height": height(picture.size)})
    return found


def drawn(logo: Logo) -> Image.Image | None:
    """Return a logo on white, nothing but its pixels; None where its file is gone."""
    try:
        with default_storage.open(logo.stored) as file, Image.open(io.BytesIO(file.read())) as picture:
            over = Image.new("RGBA", picture.size, "white")
            over.alpha_composite(picture.convert("RGBA"))
    except OSError:
        return None
    flat = over.convert("RGB")
    box = ImageChops.difference(flat, Image.new("RGB", flat.size, "white")).getbbox()
    flat = flat.crop(box) if box else flat
    flat.thumbnail((1000, 1000))
    return Image.frombytes("RGB", flat.size, flat.tobytes())


def height(size: tuple[int, int]) -> float:
    """Return how high a logo stands, in millimetres: wide ones lower, so that none outweighs the others."""
    ratio = size[0] / size[1]
    return round(min(LOGO_HEIGHT, LOGO_HEIGHT / max(ratio, 1) ** 0.5, LOGO_WIDTH / ratio), 2)


class _Data:
    """What the template is handed: texts that the fonts can print, each with its direction and language."""

    def __init__(self, document: Document, on: dt.date, pictures: list[dict[str, Any]]):
        self.document, self.on, self.pictures = document, on, pictures

    def as_dict(self) -> dict[str, Any]:
        document = self.document
        entries = [block for one in document.everything for block in (one, *one.blocks)]
        large = [entry for entry in entries if isinstance(entry, Section)]
        small = [entry for entry in entries if isinstance(entry, Heading) and entry.level == 2]
        depth = 1 if len(large) + len(small) > LONGEST_CONTENTS else 2
        listed = len(large) + (len(small) if depth == 2 else 0)
        title = scripts.printable(document.title)
        return {
            "language": document.language,
            "dir": "rtl" if document.language in scripts.RIGHT_TO_LEFT else "ltr",
            "title": self.said(title) | {"size": next(size for length, size in TITLES if len(title) <= length)},
            "author": scripts.printable(document.author),
            "subject": scripts.printable(document.event or document.dates),
            "made": {"year": self.on.year, "month": self.on.month, "day": self.on.day},
            "draft": document.draft,
            "running": self.said(running(document)),
            "labels": {name: self.said(words) for name, words in labels().items()},
            "logos": self.pictures,
            "kind": self.said(document.kind),
            "reference": scripts.printable(document.reference),
            "event": self.maybe(document.event),
            "when": self.maybe(document.dates),
            "place": self.maybe(document.place),
            "summary": self.maybe(" ".join(document.summary.split())),
            "facts": [
                {"label": self.said(label), "values": [self.said(text) | {"href": href} for text, href in values]}
                for label, values in facts(document, self.on)
            ],
            "contents": depth if document.has_contents else 0,
            "apart": listed > LONG_CONTENTS,
            "sections": [
                self.where(one.title)
                | {
                    "title": scripts.printable(one.title),
                    "blocks": self.parts(one.blocks),
                    "together": one is document.about and sum(map(len, map(part_text, one.blocks))) < SHORT,
                }
                for one in document.everything
            ],
        }

    def where(self, text: str) -> dict[str, str]:
        """Return the direction and language of `text`, those of the document where it has no letters."""
        language = scripts.language(text, self.document.language)
        if any(sign.isalpha() for sign in text):
            return {"lang": language, "dir": scripts.direction(text)}
        return {"lang": language, "dir": "rtl" if language in scripts.RIGHT_TO_LEFT else "ltr"}

    def said(self, text: str) -> dict[str, Any]:
        return {"text": scripts.printable(text), **self.where(text)}

    def maybe(self, text: str) -> dict[str, Any] | None:
        return self.said(text) if text else None

    def runs(self, runs: Runs) -> list[dict[str, Any]]:
        return [
            {
                "text": scripts.printable(run.text),
                "bold": run.bold,
                "italic": run.italic,
                "code": run.code,
                "href": run.href,
            }
            for run in runs
        ]

    def parts(self, parts: tuple[Part, ...], *, inset: bool = True) -> list[dict[str, Any]]:
        return [self.part(part, inset) for part in parts]

    def part(self, part: Part, inset: bool) -> dict[str, Any]:
        more: dict[str, Any]
        match part:
            case Paragraph() | Heading():
                own = {"number": part.number} if isinstance(part, Paragraph) else {"level": part.level}
                more = {"runs": self.runs(part.runs), **own, **self.where(words(part.runs))}
            case ListOf():
                items = [self.parts(item, inset=False) for item in part.items]
                more = {"ordered": part.ordered, "start": part.start, "items": items, "inset": inset}
                more |= self.where(text_of((part,)))
            case Quotation():
                more = {"blocks": self.parts(part.blocks, inset=False), **self.where(text_of((part,)))}
            case Code():
                more = {"text": scripts.printable(part.text)}
            case Table():
                more = {
                    "header": [self.runs(cell) for cell in part.header],
                    "rows": [[self.runs(cell) for cell in row] for row in part.rows],
                    **self.where(text_of((part,))),
                }
            case Divider():
                more = {}
            case Takeaways():
                more = {"items": [self.takeaway(item) for item in part.items]}
            case Actions():
                more = {"items": [self.action(item) for item in part.items]}
        return {"kind": part.kind, **more}

    def takeaway(self, item: Takeaway | Action) -> dict[str, Any]:
        return {"mark": item.mark, "href": item.href, **self.said(item.text)}

    def action(self, item: Action) -> dict[str, Any]:
        return {
            **self.takeaway(item),
            "owners": [self.said(owner) for owner in item.owners],
            "due": self.said(item.due),
            "progress": self.said(item.progress),
            "last": self.maybe(f"{item.last.on}: {item.last.text}" if item.last else ""),
        }


def labels() -> dict[str, str]:
    """Return the words that stand around what people wrote."""
    return {
        "contents": gettext("Contents"),
        "number": gettext("No."),
        "action": gettext("Action"),
        "owner": gettext("Owner"),
        "due": gettext("Due"),
        "progress": gettext("Progress"),
    }


def running(document: Document) -> str:
    """Return what stands at the foot of each page: the reference and how the title begins."""
    return " · ".join(filter(None, (document.reference, Truncator(document.title[:90]).words(6))))


def facts(document: Document, on: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (label, values) of what stands at the foot of the cover; a value is words and an address or ""."""
    found = [(partners.role, list(partners.names)) for partners in document.partners]
    if document.byline:
        found.append((gettext("Rapporteur"), [document.byline]))
    if document.published:
        found.append((gettext("Published"), [document.published]))
    plain = [(label, [(value, "") for value in values]) for label, values in found]
    made = (gettext("This document"), [(date_format(on, "j F Y"), ""), (document.address, document.address)])
    return [*plain, made]
