"""A document with every trait that writers must get right: all blocks, five scripts, and text that tries to be more."""

from dataclasses import replace

from outcomes.documents.blocks import Heading, Paragraph, Run, blocks_of, plain
from outcomes.documents.content import (
    Action,
    Actions,
    Document,
    Logo,
    Partners,
    Section,
    Takeaway,
    Takeaways,
    Word,
)

# Whatever the languages of the writers could take for more than a text.
HOSTILE = (
    '#import "@preview/cetz:0.3.4": canvas',
    '#read("/etc/passwd")',
    '#include "/etc/hosts"',
    "$ sum_(k=0)^n k $ and $x$",
    "@reference and <label> and #label",
    "`raw` ```typ #panic()```",
    "*strong* _emph_ ~ -- --- ' \" \\ \\u{41} // comment /* comment */",
    "= Heading\n- list\n+ enum",
    "#set page(width: 1pt)",
    "</w:t></w:r><w:br/>&amp;<script>alert(1)</script>",
    "{{ secret }} {% load x %} ${7*7}",
)
# In a right-to-left line, and mixed with Latin.
ARABIC = "الثقة بين الدول تبدأ بقنوات اتصال مفتوحة."
MIXED = "وافق المشاركون على دعم UNIDIR في عام 2026 بشأن ICT."
HEBREW = "שקיפות בונה אמון."
CHINESE = "各国应保持沟通渠道畅通，以增进互信。"
RUSSIAN = "Прозрачность укрепляет доверие."

MARKDOWN = """
## First heading

Plain words with **bold**, *italic*, ***both***, `code`, a [link](https://example.org/a?b=c&d=e) and a line\\
break.

- One
- Two
  1. Inner one
  2. Inner two
- Three

4. Four
5. Five

> Words of somebody else.

### Inner heading

| Theme | What was said |
| --- | --- |
| Norms | Kept |
| Trust | **Built** |

---

    lines as they
      stand
"""


def sample(**changes) -> Document:
    """Return the document; `changes` are fields that differ."""
    hostile = tuple(Paragraph(plain(text), number=n) for n, text in enumerate(HOSTILE, start=2))
    scripts = tuple(Paragraph(plain(text)) for text in (ARABIC, MIXED, HEBREW, CHINESE, RUSSIAN))
    takeaway = {"href": "https://readout.example.org/outcomes/aaaaaaaa/"}
    document = Document(
        kind="Report",
        title="A dialogue on made-up matters: what was agreed",
        event="Dialogue on made-up matters",
        reference="MU-1",
        dates="15–17 April 2024",
        place="Invented House, Anytown",
        summary="Two days about nothing that exists.",
        partners=(Partners("Convener", ("Institute of Made-up Affairs",)), Partners("Funder", ("Fund A", "Fund B"))),
        logos=(),
        byline="Person Invented",
        published="June 2024",
        language="en",
        has_contents=True,
        sections=(
            Section("What was said", (Paragraph((Run("A first paragraph."),), number=1), *blocks_of(MARKDOWN))),
            Section("What it tries", hostile),
            Section("What it is written in", (Heading(2, plain(ARABIC)), *scripts)),
            Section(
                "Takeaways and actions",
                (
                    Heading(2, plain("Takeaways")),
                    Takeaways(
                        (
                            Takeaway("T1", "MU-1-T1", "Keep channels open.", **takeaway),
                            Takeaway("T2", "MU-1-T2", CHINESE, **takeaway),
                            Takeaway("T3", "MU-1-T3", MIXED, **takeaway),
                        )
                    ),
                    Heading(2, plain("Actions")),
                    Heading(3, plain("For States")),
                    Actions(
                        (
                            Action(
                                *("A1", "MU-1-A1", "Publish positions.", takeaway["href"]),
                                owners=("Institute of Made-up Affairs (lead)", "A participant"),
                                due="second quarter 2025",
                                progress="In progress",
                                last=Word("3 March 2025", "A first draft is there."),
                            ),
                            Action(
                                *("A2", "MU-1-A2", HOSTILE[1], takeaway["href"]),
                                owners=("No owner yet",),
                                due="",
                                progress="Proposed",
                            ),
                        )
                    ),
                ),
            ),
        ),
        about=Section(
            "About this document",
            (Heading(2, plain("Attribution")), Paragraph(plain("What was said here is reported without names."))),
        ),
        author="Institute of Made-up Affairs",
        address="https://readout.example.org/events/made-up/",
        file_name="mu-1-report",
    )
    return replace(document, **changes)


def with_logo(stored: str) -> Document:
    """Return the document with a partner's logo."""
    return sample(logos=(Logo(stored, "A blue square, the sign of the institute"),))
