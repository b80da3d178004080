"""What a document proposes, what is left over and why."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.intake import Intake, read, read_html, read_text

DOCUMENTS = Path(__file__).parent / "documents"
SOURCES = Path(os.environ.get("SOURCE_DOCUMENTS") or Path(__file__).parents[3] / "shared" / "seeds")
# (begins so, takeaways, actions, headings seen among others): the two pages that Readout was made for. They are not
# ours to copy, so they are read from SOURCE_DOCUMENTS; without them the documents of the same shapes stand in.
PUBLISHED = {
    "Skip to main content\n\nNext steps": (7, 6, {"Takeaways", "Actions", "Notes"}),
    "Inaugural Global Roundtable": (0, 0, {"Signature Panel", "Breakout Groups", "Conclusion", "More information:"}),
}
OWN = {
    "dialogue-page.txt": (3, 2, {"Takeaways", "Actions", "Notes"}),
    "recap-page.txt": (0, 0, {"Signature Panel", "Breakout Groups", "Conclusion", "More information:"}),
}


def texts(intake: Intake) -> list[tuple[str, str]]:
    return [(proposal.kind, proposal.text) for proposal in intake.proposals]


def why(intake: Intake) -> dict[str, str]:
    return {leftover.text: leftover.why for leftover in intake.leftovers}


def meanings(intake: Intake) -> list[tuple[str, str]]:
    return [(heading.text, heading.meaning) for heading in intake.headings]


def normalised(text: str) -> str:
    return " ".join(text.split())


def published() -> dict[str, str]:
    """The published documents found in SOURCE_DOCUMENTS, by how they begin."""
    if not SOURCES.is_dir():
        return {}
    found = [path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.txt"))]
    return {begins: text for begins in PUBLISHED for text in found if text.startswith(begins)}


PAGES = [
    *(
        pytest.param((DOCUMENTS / name).read_text(encoding="utf-8"), *expected, id=name)
        for name, expected in OWN.items()
    ),
    *(pytest.param(text, *PUBLISHED[begins], id=begins.split("\n")[-1]) for begins, text in published().items()),
]


# Whole documents


def test_published_documents_are_all_found_where_they_are_promised():
    promised = "SOURCE_DOCUMENTS" in os.environ or SOURCES.is_dir()

    assert len(published()) == (len(PUBLISHED) if promised else 0)


@pytest.mark.parametrize("text, takeaways, actions, headings", PAGES)
def test_page_gives_its_takeaways_and_actions_and_no_more(text, takeaways, actions, headings):
    intake = read_text(text)

    assert (len(intake.takeaways), len(intake.actions)) == (takeaways, actions)
    assert headings <= {heading.text for heading in intake.headings}


@pytest.mark.parametrize("text, takeaways, actions, headings", PAGES)
def test_page_keeps_the_printed_wording_order_and_lines(text, takeaways, actions, headings):
    source, lines = normalised(text), text.split("\n")

    proposals = read_text(text).proposals

    assert all(proposal.text in source for proposal in proposals)
    assert [proposal.line for proposal in proposals] == sorted(proposal.line for proposal in proposals)
    assert all(proposal.text.split()[0] in lines[proposal.line - 1] for proposal in proposals)


@pytest.mark.parametrize("text, takeaways, actions, headings", PAGES)
def test_page_loses_no_word(text, takeaways, actions, headings):
    printed = Counter(re.sub(r"^\s*•", "", text, flags=re.MULTILINE).split())

    assert Counter(word for part in read_text(text) for word in part.text.split()) == printed


@pytest.mark.parametrize("text", [page.values[0] for page in PAGES if page.values[1]])
def test_page_keeps_slips_and_curly_quotes(text):
    proposed = " ".join(proposal.text for proposal in read_text(text).proposals)

    assert "it should be make " in proposed
    assert "“" in proposed
    assert "’" in proposed


@pytest.mark.parametrize("text", [page.values[0] for page in PAGES if page.values[1]])
def test_page_leaves_byline_disclaimer_and_newsletter(text):
    intake = read_text(text)

    reasons = {leftover.why for leftover in intake.leftovers}
    assert {"the byline", "a disclaimer", "a newsletter line", "navigation", "an image or its caption"} <= reasons
    assert meanings(intake)[:3] == [
        ("Next steps: takeaways and action", "both"),
        ("Takeaways", "takeaways"),
        ("Actions", "actions"),
    ]


@pytest.mark.parametrize("text", [page.values[0] for page in PAGES if not page.values[1]])
def test_page_without_lists_says_what_was_seen(text):
    intake = read_text(text)

    seen = dict(meanings(intake))
    assert seen["Conclusion"] == "empty"
    assert seen["Signature Panel"] == "other"
    assert seen["More information:"] == "end"
    assert all(heading.understood for heading in intake.headings)


def test_web_page_gives_its_lists():
    intake = read((DOCUMENTS / "report.html").read_bytes(), "report.html")

    assert [(p.kind, p.text, p.heading, p.line) for p in intake.proposals] == [
        ("takeaway", "Lamps matter & tides matter more.", "1. Key takeaways", 17),
        ("takeaway", "Clerks need dry ink.", "1. Key takeaways", 19),
        ("takeaway", "Piers should be lit at night; swept by day.", "1. Key takeaways", 20),
        ("action", "Hang a lamp on each pier.", "For harbours", 26),
        ("action", "Count the boats.", "For harbours", 26),
        ("action", "Make glass that lasts.", "For lamp makers", 28),
        ("action", "Publish this page", "Next steps", 35),
        ("action", "Print the tables", "Next steps", 35),
    ]
    assert why(intake) == {
        "Lamps and tides – Harbour House": "the page's title",
        "Home": "navigation",
        "Actions": "navigation",
        "A day of talks in the imaginary harbour.": (
            "under the heading “Lamps and tides: takeaways and actions”, which names both takeaways and actions"
        ),
        "The hall agreed on the following:": "a paragraph among the items under the heading “1. Key takeaways”",
        "The pier at dusk": "an image or its caption",
        "Hour | Talk": "in a table",
        "Nine | Lamps": "in a table",
        "By post": "a link",
        "© Harbour House": "the page's footer",
    }


def test_markdown_gives_its_lists():
    intake = read((DOCUMENTS / "notes.md").read_bytes(), "notes.md")

    assert [(p.kind, p.text, p.heading, p.line) for p in intake.proposals] == [
        ("takeaway", "Light the piers before the boats come home.", "Key messages", 7),
        ("takeaway", "Read the tables aloud in every hall. Twice, if the wind is loud.", "Key messages", 9),
        ("action", "Buy oil", "In the short term", 18),
        ("action", "Trim wicks", "In the short term", 19),
        ("action", "Build a lighthouse", "Later", 23),
    ]


def test_french_and_spanish_headings_are_understood():
    intake = read((DOCUMENTS / "rapport.txt").read_bytes(), "rapport.txt")

    assert [(p.kind, p.heading, p.line) for p in intake.proposals] == [
        ("takeaway", "Points clés", 5),
        ("takeaway", "Points clés", 6),
        ("action", "Prochaines étapes :", 9),
        ("action", "Prochaines étapes :", 10),
        ("takeaway", "Mensajes clave", 14),
        ("action", "Próximos pasos", 18),
    ]


# Headings


@pytest.mark.parametrize(
    "heading",
    [
        "Takeaways",
        "TAKEAWAYS",
        "takeaways:",
        "Key takeaways",
        "Key take-aways",
        "Seven key takeaways",
        "2. Takeaways",
        "2 Takeaways",
        "2.1 Key messages",
        "(b) Main messages",
        "IV. Key findings",
        "## Lessons learned ##",
        "**Key messages**",
        "**Key messages:**",
        "__Main points__",
        "– Takeaways –",
        "• Takeaways",
        "Takeaways from the dialogue",
        "Session 2: key takeaways",
        "Breakout group A – key messages",
        "Group B takeaways",
        "Key messages and takeaways",
        "Takeaways (continued)",
        "Conclusions",
        "Key highlights",
        "Messages clés",
        "Enseignements principaux",
        "Conclusiones",
    ],
)
def test_heading_of_takeaways_is_understood(heading):
    intake = read_text(f"Some dialogue\n\n{heading}\n\n- Lamps matter\n- Tides matter more\n")

    assert texts(intake) == [("takeaway", "Lamps matter"), ("takeaway", "Tides matter more")]


@pytest.mark.parametrize(
    "heading",
    [
        "Actions",
        "Action points",
        "Action items",
        "Key actions",
        "Next steps",
        "NEXT STEPS:",
        "Suggested next steps",
        "Recommendations",
        "Policy recommendations",
        "Summary of recommendations",
        "Recommendations for States",
        "Recommendations to donors and States",
        "Calls to action",
        "Call to action",
        "Way forward",
        "The way forward",
        "Follow-up",
        "Actions and next steps",
        "3) Actions",
        "# Actions to consider",
        "Prochaines étapes",
        "Recommandations aux États",
        "Acciones",
        "Próximos pasos",
    ],
)
def test_heading_of_actions_is_understood(heading):
    intake = read_text(f"Some dialogue\n\n{heading}\n\n- Light the pier\n- Count boats\n")

    assert texts(intake) == [("action", "Light the pier"), ("action", "Count boats")]


@pytest.mark.parametrize(
    "title",
    ["Next steps: takeaways and action", "Takeaways and actions", "Conclusions and recommendations", "Outcomes"],
)
def test_heading_that_names_both_opens_no_list(title):
    intake = read_text(f"{title}\n\n- Lamps matter\n\nActions\n\n- Count boats\n")

    assert texts(intake) == [("action", "Count boats")]
    assert meanings(intake) == [(title, "both"), ("Actions", "actions")]
    assert why(intake) == {"Lamps matter": f"under the heading “{title}”, which names both takeaways and actions"}


@pytest.mark.parametrize(
    "line",
    [
        "Action on climate",
        "The actions were praised by all",
        "Interactions",
        "Action group",
        "Reactions and messages received by post",
        "Recommendations were made by the panel.",
        "Actions to promote trust",
        "A Programme of Action for harbours",
    ],
)
def test_heading_of_something_else_opens_no_list(line):
    assert read_text(f"{line}\n\n- Lamps matter\n").proposals == []


def test_heading_word_inside_a_wrapped_sentence_is_no_heading():
    intake = read_text("The panel discussed the main\nrecommendations\nof the group.\n\n- Lamps\n")

    assert intake.proposals == []
    assert intake.leftovers[0].text == "The panel discussed the main recommendations of the group."


def test_heading_right_under_a_list_without_blank_line_is_a_heading():
    intake = read_text("Takeaways\n- Lamps matter\nActions\n- Count boats\nNotes\n- Nothing\n")

    assert texts(intake) == [("takeaway", "Lamps matter"), ("action", "Count boats")]
    assert why(intake) == {"Nothing": "under the heading “Notes”"}


def test_heading_in_a_list_of_contents_is_no_heading():
    intake = read_text(
        "Contents\n1. Introduction\n2. Takeaways\n3. Actions\n\n2. Takeaways\n- Lamps\n3. Actions\n- Count\n"
    )

    assert texts(intake) == [("takeaway", "Lamps"), ("action", "Count")]


def test_numbered_item_after_a_numbered_heading_stays_an_item():
    intake = read_text("2. Actions\n\n1. Light lamps\n2. Count boats\n3. Dry ink\n\nWords were said.\n")

    assert texts(intake) == [("action", "Light lamps"), ("action", "Count boats"), ("action", "Dry ink")]


def test_numbered_chapter_after_bullets_ends_the_list():
    intake = read_text("2. Actions\n\n• Light lamps\n\n3. The panel\n\nWords were said.\n")

    assert texts(intake) == [("action", "Light lamps")]
    assert meanings(intake) == [("Actions", "actions"), ("The panel", "other")]


def test_underlined_heading_takes_its_line_with_it():
    intake = read_text("Takeaways\n=========\n- Lamps\n\nActions\n-------\n- Count\n")

    assert [(p.kind, p.text, p.line) for p in intake.proposals] == [("takeaway", "Lamps", 3), ("action", "Count", 7)]
    assert intake.leftovers == []


# Groups inside a list


def test_groups_from_the_beginning_of_a_list_stay_in_it():
    intake = read_text("Recommendations\n\nStates\n\n• Meet\n• Write\n\nHarbours\n\n• Count\n\nParticipants\n\n• Ada\n")

    assert [(p.text, p.heading) for p in intake.proposals] == [
        ("Meet", "States"),
        ("Write", "States"),
        ("Count", "Harbours"),
    ]
    assert meanings(intake) == [
        ("Recommendations", "actions"),
        ("States", "group"),
        ("Harbours", "group"),
        ("Participants", "end"),
    ]


def test_group_by_its_words_stays_in_a_list_that_has_begun():
    intake = read_text("Actions\n• Meet\n\nFor harbours\n• Count\n\nIn the long term:\n• Wait\n\nThe hall\n• Roof\n")

    assert [(p.text, p.heading) for p in intake.proposals] == [
        ("Meet", "Actions"),
        ("Count", "For harbours"),
        ("Wait", "In the long term:"),
    ]
    assert why(intake) == {"Roof": "under the heading “The hall”"}


def test_lead_in_is_no_group():
    intake = read_text("Takeaways\n\nParticipants agreed that:\n\n• lamps matter\n")

    assert [(p.text, p.heading) for p in intake.proposals] == [("lamps matter", "Takeaways")]
    assert list(why(intake)) == ["Participants agreed that:"]


def test_outer_bullet_that_names_a_group_is_a_heading():
    intake = read_text(
        "Actions\n• For harbours:\n   – Count the boats every night\n   – Light the lamps every night\n• Dry the ink\n"
    )

    assert [(p.text, p.heading) for p in intake.proposals] == [
        ("Count the boats every night", "For harbours:"),
        ("Light the lamps every night", "For harbours:"),
        ("Dry the ink", "Actions"),
    ]


@pytest.mark.parametrize("tag", ["h2", "h3"])
def test_heading_level_decides_in_a_web_page(tag):
    intake = read_html(f"<h2>Actions</h2><ul><li>Meet</li></ul><{tag}>Harbours</{tag}><ul><li>Count</li></ul>")

    assert [p.text for p in intake.proposals] == (["Meet"] if tag == "h2" else ["Meet", "Count"])


# Items


@pytest.mark.parametrize("mark", "• ‣ ◦ ▪ ● ○ ■ · ∙ → ➢ ✓ \uf0b7 \uf0a7 - – — * + o".split())
def test_bullet_of_any_kind_is_taken_off(mark):
    intake = read_text(f"Actions\n{mark} light the lamp\n{mark}\tcount the boats\n")

    assert texts(intake) == [("action", "light the lamp"), ("action", "count the boats")]


@pytest.mark.parametrize(
    "marks",
    [
        "1. 2.",
        "1) 2)",
        "(1) (2)",
        "a) b)",
        "(a) (b)",
        "i. ii.",
        "(i) (ii)",
        "I. II.",
        "A) B)",
        "1.1 1.2",
        "1.- 2.-",
        "9. 10.",
    ],
)
def test_number_of_any_kind_is_taken_off(marks):
    first, second = marks.split()

    intake = read_text(f"Actions\n\n{first} Light the lamp\n{second} Count the boats\n")

    assert texts(intake) == [("action", "Light the lamp"), ("action", "Count the boats")]


def test_bullets_of_all_kinds_in_one_list_stay_apart():
    marks = "• - – — * · ◦ ▪ \uf0b7 →".split()

    intake = read_text("Actions\n" + "".join(f"{mark} item {index}\n" for index, mark in enumerate(marks)))

    assert [p.text for p in intake.proposals] == [f"item {index}" for index in range(len(marks))]


@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_wrapped_item_is_joined(indent):
    intake = read_text(
        f"Takeaways\n• Lamps and tides and boats are what every harbour\n{indent}of the United Sea, and each of its\n"
        f"{indent}piers, depends on.\n• Ink is dry.\n"
    )

    assert [p.text for p in intake.proposals] == [
        "Lamps and tides and boats are what every harbour of the United Sea, and each of its piers, depends on.",
        "Ink is dry.",
    ]


def test_item_wrapped_at_a_hyphen_is_joined_without_a_space():
    intake = read_text("Takeaways\n• The worth of decision-\n  making in the open\n")

    assert [p.text for p in intake.proposals] == ["The worth of decision-making in the open"]


def test_paragraph_set_under_an_item_belongs_to_it():
    intake = read_text("Takeaways\n\n• Lamps matter.\n\n  They are seen from afar.\n\n• Tides matter.\n")

    assert [p.text for p in intake.proposals] == ["Lamps matter. They are seen from afar.", "Tides matter."]


def test_mark_alone_on_its_line_takes_the_next():
    intake = read_text("Takeaways\n•\nLamps matter\n•\n\nTides matter\n\nActions\n•\nNotes\n")

    assert texts(intake) == [("takeaway", "Lamps matter"), ("takeaway", "Tides matter")]
    assert why(intake) == {"•": "a bullet without text"}


def test_nested_bullets_are_joined_to_their_item():
    intake = read_text(
        "Actions\n• Strengthen piers by:\n    ◦ painting them;\n    ◦ sweeping them\n        ▪ by day\n"
        "• Rest.\n    – Daily.\n"
    )

    assert [(p.text, p.line) for p in intake.proposals] == [
        ("Strengthen piers by: painting them; sweeping them; by day", 2),
        ("Rest. Daily.", 6),
    ]


def test_nested_bullets_that_lost_their_indent_are_known_by_the_colon():
    intake = read_text("Actions\n• Strengthen piers by:\n– painting them\n– sweeping them\n• Rest\n")

    assert [p.text for p in intake.proposals] == ["Strengthen piers by: painting them; sweeping them", "Rest"]


def test_spanish_or_at_the_beginning_of_a_wrapped_line_is_no_bullet():
    intake = read_text("Acciones\n• Publicar las tablas en cada muelle\n  o prestarlas a las islas\n")

    assert [p.text for p in intake.proposals] == ["Publicar las tablas en cada muelle o prestarlas a las islas"]


@pytest.mark.parametrize(
    "line",
    [
        "12. However, the sea is wide",
        "2024 was a year",
        "I. The hall",
        "A. Madeup said so",
        "3.5 fathoms",
        "-5 degrees",
    ],
)
def test_number_or_letter_in_a_wrapped_sentence_is_no_mark(line):
    wrapped = f"Takeaways\n• The clerks of all harbours that sent one wrote down what had been said in hall\n  {line}\n"

    assert [p.text[-len(line) :] for p in read_text(wrapped).proposals] == [line]


def test_short_paragraphs_under_a_heading_are_items():
    intake = read_text(
        "Actions\n\nLight the lamps.\n\nCount the boats at night.\n\nAda Madeup\n\nHarbour House | June 2031\n"
    )

    assert texts(intake) == [("action", "Light the lamps."), ("action", "Count the boats at night.")]
    assert why(intake) == {"Ada Madeup": "the byline", "Harbour House | June 2031": "the byline"}


def test_lines_that_are_not_wrapped_are_items_of_their_own():
    intake = read_text("Actions\nLight all the lamps.\nCount the boats.\n")

    assert [(p.text, p.line) for p in intake.proposals] == [("Light all the lamps.", 2), ("Count the boats.", 3)]


def test_running_text_under_a_heading_is_no_item():
    prose = "The hall spoke of lamps for a long while. It spoke of tides as well, and of the clerks and their ink. " * 3

    intake = read_text(f"Recommendations\n\n{prose}\n\n{prose}\n")

    assert intake.proposals == []
    assert meanings(intake) == [("Recommendations", "empty")]
    assert {leftover.why for leftover in intake.leftovers} == {"running text under the heading “Recommendations”"}


def test_conclusions_in_prose_are_never_items():
    assert read_text("Conclusions\n\nLamps matter to the harbours.\n\nTides matter more.\n").proposals == []


def test_items_on_the_heading_line_are_split_at_semicolons():
    intake = read_text("Actions: light the lamps; count the boats.\nTakeaways: lamps matter\n")

    assert [(p.kind, p.text, p.heading, p.line) for p in intake.proposals] == [
        ("action", "light the lamps", "Actions:", 1),
        ("action", "count the boats.", "Actions:", 1),
        ("takeaway", "lamps matter", "Takeaways:", 2),
    ]


def test_items_with_a_numbered_label_are_items():
    intake = read_text("Recommendations\n\nRecommendation 1: Light the lamps.\n\nRecommendation 2: Count the boats.\n")

    assert [(p.text, p.heading) for p in intake.proposals] == [
        ("Light the lamps.", "Recommendations"),
        ("Count the boats.", "Recommendations"),
    ]


# The end of a list


@pytest.mark.parametrize(
    "end",
    [
        "Notes",
        "Disclaimer",
        "Previous",
        "Next",
        "Want to find out more?",
        "Sign up to our newsletter",
        "Subscribe",
        "More information",
        "More information:",
        "In partnership with",
        "About the author",
        "Contact us",
        "Share this",
        "Back to top",
        "Annex",
        "© Harbour House 2031",
        "Copyright Harbour House",
        "We use cookies to remember you.",
        "Share this page on the notice board",
        "Harbour House | June 2031",
        "Ada Madeup, Harbour House – 5 June 2031",
        "Report by Ada Madeup",
        "Rapporteur: Ada Madeup",
        "To receive our bulletin, please subscribe here.",
        "The views in this report do not necessarily reflect those of the hosts.",
    ],
)
@pytest.mark.parametrize("list_", ["• Light the lamps", "Light all the lamps."])
def test_list_ends_before(end, list_):
    intake = read_text(f"Actions\n\n{list_}\n\n{end}\n\n• A lamp maker\n\nSome words.\n")

    assert [p.text for p in intake.proposals] == [list_.removeprefix("• ")]
    assert "A lamp maker" in why(intake)


@pytest.mark.parametrize("caption", ["Figure 2: A pier", "Photo: Ada Madeup", "Harbour House logo", "pier-at-dusk.jpg"])
def test_image_caption_is_left_over_and_ends_nothing(caption):
    intake = read_text(f"Actions\n\n• Light the lamps\n\n{caption}\n\n• Count the boats\n")

    assert [p.text for p in intake.proposals] == ["Light the lamps", "Count the boats"]
    assert why(intake) == {caption: "an image or its caption"}


def test_name_right_under_the_last_item_is_no_part_of_it():
    intake = read_text(
        "Actions\n• Light the lamps.\n"
        "• Count all of the boats of the imaginary sea by their names, every night.\nAda Madeup\nPier | May 2031\n"
    )

    assert [p.text for p in intake.proposals] == [
        "Light the lamps.",
        "Count all of the boats of the imaginary sea by their names, every night.",
    ]
    assert why(intake) == {"Ada Madeup": "the byline", "Pier | May 2031": "the byline"}


@pytest.mark.parametrize("text, takeaways, actions, headings", PAGES)
@pytest.mark.parametrize("joint", ["\n", "<br>\n", "</p>\n<p>"])
def test_page_reads_the_same_as_html(text, takeaways, actions, headings, joint):
    page = f"<pre>{text}</pre>" if joint == "\n" else f"<p>{text.replace('\n', joint)}</p>"

    assert read_html(page).proposals == read_text(text).proposals


def test_items_that_sound_like_page_lines_are_items():
    items = [
        "Share this list with every harbour",
        "Subscribe to our code of lamps",
        "Download the tables",
        "By night, rest",
    ]

    intake = read_text("Actions\n" + "".join(f"• {item}\n" for item in items))

    assert [p.text for p in intake.proposals] == items


# Nothing is lost

WORD = st.sampled_from("lamp tide harbour clerks Pier “quiet” boats’ makers, water. ink: rope; Sea".split())
SENTENCE = st.lists(WORD, min_size=1).map(" ".join)
HEADINGS = st.sampled_from(
    [
        "Takeaways",
        "Actions",
        "Next steps:",
        "Notes",
        "For States",
        "Harbour talk",
        "Takeaways and actions",
        "2. Actions",
    ]
)
MARKS = st.sampled_from(["• ", "- ", "* ", "– ", "  ◦ ", "    ▪ ", "\uf0b7\t"])
WRAPS = st.sampled_from(["\n", "\n  ", "\n    ", "\n\n  "])
BULLETS = st.tuples(MARKS, st.lists(SENTENCE, min_size=1, max_size=3), WRAPS)
PART = st.one_of(  # its text and its mark
    st.tuples(HEADINGS | SENTENCE, st.just("")),
    BULLETS.map(lambda bullet: (bullet[0] + bullet[2].join(bullet[1]), bullet[0])),
)
DOCUMENT = st.lists(st.tuples(PART, st.sampled_from(["\n", "\n\n"])), min_size=1, max_size=12)


def words(text: str) -> Counter[str]:
    """The words, without the semicolons that join nested bullets and the numbers of headings."""
    return Counter(word.strip(";") for word in re.sub(r"^\d+\. ", "", text).split())


@given(DOCUMENT)
@settings(max_examples=400, deadline=None)
def test_every_word_of_a_document_is_in_exactly_one_part(document):
    source = "".join(text + end for (text, _), end in document)
    expected: Counter[str] = Counter()
    for (text, mark), _ in document:
        expected += words(text.removeprefix(mark))

    intake = read_text(source)

    assert sum((words(part.text) for part in intake), Counter()) == expected
    lines = source.split("\n")
    assert all(lines[part.line - 1].strip() for part in intake)


@given(DOCUMENT)
@settings(max_examples=200, deadline=None)
def test_every_word_of_a_web_page_is_in_exactly_one_part(document):
    source, expected = "", Counter()
    for (text, mark), _ in document:
        bare = text.removeprefix(mark)
        source += f"<ul><li>{bare}</li></ul>\n" if mark else f"<p>{bare}</p>\n"
        expected += words(bare)

    assert sum((words(part.text) for part in read_html(source)), Counter()) == expected
