"""The heading words that institutions use, by language, and what a line says when it is read as a heading.

Every check looks at the first few hundred characters of a line only: a hostile line costs no more than a long one.
"""

import re
import unicodedata
from dataclasses import dataclass

from .marks import strip_number

# Each phrase is written as `fold` leaves it: lower case, no accents, no punctuation.
TAKEAWAYS = {
    "en": "takeaway, takeaways, take away, take aways, message, messages, key points, main points, summary points, "
    "finding, findings, lesson, lessons, lessons learned, lessons learnt, insight, insights, points to take away",
    "fr": "a retenir, points a retenir, ce qu il faut retenir, points cles, points essentiels, messages cles, "
    "idees cles, enseignements, lecons apprises, constats",
    "es": "mensajes, mensajes clave, puntos clave, puntos principales, ideas clave, lecciones aprendidas, hallazgos, "
    "aprendizajes",
}
ACTIONS = {
    "en": "action, actions, action point, action points, action item, action items, action plan, plan of action, "
    "points for action, priorities for action, actions to take, next step, next steps, recommendation, "
    "recommendations, "
    "call to action, calls to action, call for action, calls for action, way forward, ways forward, path forward, "
    "follow up, follow ups, followup, follow up actions, asks, commitments, pledges, to do list",
    "fr": "pistes d action, points d action, plan d action, mesures a prendre, actions a mener, prochaines etapes, "
    "etapes suivantes, recommandation, recommandations, appel a l action, appels a l action, suivi, suites a donner, "
    "voie a suivre, engagements",
    "es": "accion, acciones, puntos de accion, plan de accion, proximos pasos, siguientes pasos, pasos siguientes, "
    "recomendacion, recomendaciones, llamamiento a la accion, llamamientos a la accion, llamados a la accion, "
    "medidas, seguimiento, camino a seguir, compromisos",
}
# Often the title of running text: only a list with bullets or numbers under them counts.
WEAK_TAKEAWAYS = {
    "en": "conclusion, conclusions, highlights, reflections, concluding remarks",
    "fr": "conclusion, conclusions",
    "es": "conclusion, conclusiones, reflexiones",
}
BOTH = {"en": "outcome, outcomes, results", "fr": "resultats", "es": "resultados"}

BEFORE = """
    the our its their some several all other key main major top primary principal core central important proposed
    suggested possible potential agreed recommended priority urgent immediate short medium long term concrete practical
    specific policy strategic general overall overarching final preliminary initial draft summary list set of
    session sessions group groups working breakout panel plenary workshop roundtable dialogue meeting conference event
    day part section chapter participant participants s one two three four five six seven eight nine ten
    a b c d e f g h i ii iii iv v
    les des la le principaux principales quelques nos el los las principales nuestras algunas
""".split()
AFTER = """
    cles clefs cle principales principaux clave prioritaires prioritarias proposees propuestas concretes concretas
    finales agreed proposed continued cont contd
""".split()
JOINTS = "and or et ou y e".split()
TAILS = """
    for from of by on at in with after to arising emerging identified
    pour de du des d aux a sur par issus issues para del por sobre al
""".split()
ADDRESSED = "recommendation recommendations messages message recommandations recomendaciones mensajes".split()

ENDS = """
    note, notes, end notes, endnotes, footnotes, references, bibliography, sources, disclaimer, legal notice,
    about, about us, about the author, about the authors, about this report, about the event, author, authors,
    contact, contacts, contact us, more information, further information, for more information, further reading,
    further resources, related, related content, related links, related news, related reports, related events,
    read more, see also, share, share this, share this page, follow us, stay in touch, stay connected, newsletter,
    subscribe, sign up, sign up to our newsletter, want to find out more, find out more, downloads, download, resources,
    media, gallery, participants, list of participants, participant list, speakers, agenda, programme, program,
    annex, annexes, appendix, acknowledgements, acknowledgments, partners, our partners, in partnership with,
    organised by, organized by, hosted by, funded by, supported by, with the support of, sponsors, cookies,
    cookie policy, privacy, privacy policy, terms of use, terms and conditions, accessibility, site map, sitemap,
    copyright, previous, next, previous page, next page, previous article, next article, back, back to top, menu,
    search, contents, table of contents, on this page, background, introduction, context, image credits, photo credits,
    tags,
    remarques, mentions legales, avertissement, pour en savoir plus, plus d informations, partenaires, participants,
    remerciements, annexes, suivez nous, partager, partagez, precedent, suivant, en partenariat avec,
    notas, aviso legal, descargo de responsabilidad, contacto, mas informacion, socios, participantes, agradecimientos,
    anexos, siguenos, compartir, anterior, siguiente, en colaboracion con
"""

_MEANING: dict[tuple[str, ...], tuple[str, bool]] = {}
for _table, _meaning, _weak in (
    (TAKEAWAYS, "takeaways", False),
    (ACTIONS, "actions", False),
    (WEAK_TAKEAWAYS, "takeaways", True),
    (BOTH, "both", False),
):
    for _phrases in _table.values():
        _MEANING.update({tuple(phrase.split()): (_meaning, _weak) for phrase in _phrases.split(", ")})
_LONGEST = max(map(len, _MEANING))
_PHRASE_WORDS = frozenset(word for phrase in _MEANING for word in phrase)
_BEFORE, _AFTER, _JOINTS, _TAILS = frozenset(BEFORE), frozenset(AFTER), frozenset(JOINTS), frozenset(TAILS)
_ENDS = frozenset(" ".join(end.split()) for end in ENDS.split(","))

HEADING_LENGTH = 160
_NOT_WORDS = re.compile(r"[\W_]+")
_DECORATION = " \t*_#=~[]«»“”\"'–—-|"
_SEPARATOR = re.compile(r"\s*[:：]\s*|\s+[–—|-]\s+")


@dataclass(frozen=True)
class Reading:
    """A line read as a heading: `meaning` as in `Heading` ("" for none of them), and what follows it on its line.

    `weak` headings head a list only where there are bullets. `label` is the heading as printed, `rest` the text after
    its colon or dash ("Actions: publish the report").
    """

    meaning: str = ""
    weak: bool = False
    label: str = ""
    rest: str = ""


NOTHING = Reading()


def fold(text: str) -> str:
    """Return the words of `text` without case, accents and punctuation, one space between them."""
    if text.isascii():
        return _NOT_WORDS.sub(" ", text.lower()).strip()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _NOT_WORDS.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def understand(text: str, *, tail: bool = False, marked: bool = False) -> Reading:
    """Read `text` as a heading.

    `tail` allows "Recommendations for donors"; `marked` says that the source itself marks it as a heading, so that
    "Actions to consider" is one as well.
    """
    head = strip_number(text[:HEADING_LENGTH].strip(_DECORATION)).strip(_DECORATION)
    if not head or (not tail and len(head) == HEADING_LENGTH and not _SEPARATOR.search(head)):
        return NOTHING
    whole = len(text) <= HEADING_LENGTH
    if whole:
        plain = head.rstrip(" :：.…")
        folded = fold(plain)
        if folded in _ENDS:
            return Reading("end", label=text)
        tail = tail and len(head.split()) <= 12
        if found := _covered(folded.split(), tail=tail, to=marked or head.endswith((":", "："))):
            return Reading(*found, label=text)
    return _two_parts(text, head, whole=whole)


def _two_parts(text: str, head: str, *, whole: bool) -> Reading:
    """Read "Session 2: key takeaways", "Next steps: takeaways and action" and "Actions: publish; convene"."""
    parts = _SEPARATOR.split(head, maxsplit=1)
    if len(parts) != 2 or len(parts[0].split()) > 6:
        return NOTHING
    first, last = (_covered(fold(part).split()) for part in parts)
    if whole and last and not parts[1].rstrip().endswith((".", ";")):
        meaning = last[0] if not first or first[0] == last[0] else "both"
        return Reading(meaning, last[1], label=text)
    if first and parts[1]:
        at = _SEPARATOR.search(text, text.find(parts[0]) + len(parts[0]))
        if at and ":" not in at[0] and "：" not in at[0] and ";" not in parts[1]:
            return NOTHING  # "Actions – not words": a dash alone introduces nothing
        if at:
            return Reading(*first, label=text[: at.end()].strip(), rest=text[at.end() :].strip(" \t*_"))
    return NOTHING


def _covered(words: list[str], *, tail: bool = False, to: bool = False) -> tuple[str, bool] | None:
    """Return (meaning, weak) if `words` are heading phrases and the small words that go with them, nothing else."""
    meanings: set[str] = set()
    weak = True
    phrase: tuple[str, ...] = ()
    at, count = 0, len(words)
    if count > 24 or _PHRASE_WORDS.isdisjoint(words):
        return None
    while at < count:
        for size in range(min(_LONGEST, count - at), 0, -1):
            if found := _MEANING.get(tuple(words[at : at + size])):
                phrase = tuple(words[at : at + size])
                meanings.add(found[0])
                weak = weak and found[1]
                at += size
                break
        else:
            word = words[at]
            if phrase and tail and word in _TAILS and at + 1 < count:
                if len(phrase) == 1 and not phrase[0].endswith("s"):
                    return None  # "Action on climate" is a subject, not a list
                if word == "to" and not to and phrase[-1] not in ADDRESSED:
                    return None  # "Actions to promote dialogue" is a sentence
                break
            if phrase and (word in _AFTER or word in _JOINTS or word.isdecimal()):
                if word in _JOINTS:
                    if at + 1 == count:
                        return None
                    phrase = ()
            elif phrase or not (word in _BEFORE or word.isdecimal()):
                return None
            at += 1
    if not meanings or (not phrase and at == count):
        return None
    return (meanings.pop() if len(meanings) == 1 else "both"), weak


MONTHS = (
    "january february march april may june july august september october november december "
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split()
_BYLINE = re.compile(r"[^\d|]{2,120}?\s[|Iǀ·•–—-]\s+(?:\d{1,2}\s+)?([^\W\d]{3,12})\.?(?:\s+de)?\s+(?:19|20)\d\d\.?")
_WRITTEN_BY = re.compile(
    r"(?:report |written |prepared )?by |(?:rapporteurs?|authors?|auteurs?|autor(?:es)?) ?:", re.IGNORECASE
)
_CAPTION = re.compile(
    r"(?:figure|fig|photo(?:graph)?s?|images?|pictures?|chart|map|table|credits?|photo credits?|image credits?|source|"
    r"credit photo|fotografia|foto|imagen)\s*\d{0,3}\s*[:.–©|]",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_FILE_NAME = re.compile(r"\S{1,200}\.(?:jpe?g|png|gif|webp|svg|tiff?|pdf|docx?|mp4)", re.IGNORECASE)
_DATE_WORDS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miercoles jueves viernes sabado domingo du au de del al to and st nd rd th".split()
)
STARTS = {  # what a line is, and how it begins, as `fold` leaves it
    "a newsletter line": "want to find out more, sign up to our, sign up for our, sign up to receive, "
    "subscribe to our, to receive our, receive our, get our latest, join our mailing list, to subscribe, "
    "inscrivez vous a notre, abonnez vous a notre, suscribase a nuestr, suscribete a nuestr",
    "cookies": "we use cookies, this website uses cookies, this site uses cookies, accept all cookies, accept cookies",
    "copyright": "copyright, c copyright, all rights reserved, tous droits reserves, todos los derechos reservados",
    "a share line": "share this, share on, share via, tweet this, print this, e mail this, email this, partagez cet",
    "navigation": "skip to content, skip to main content, aller au contenu, saltar al contenido, you are here",
    "a pointer to more information": "should you wish to read, you can find out more, for more information, "
    "for further information, read more about, find out more, learn more about, click here, download the, "
    "pour en savoir plus, para mas informacion",
}
_STARTS = {what: tuple(beginnings.split(", ")) for what, beginnings in STARTS.items()}
_DISCLAIMERS = (
    "not necessarily reflect",
    "not necessarily represent",
    "not constitute any institutional policy",
    "not a statement of policy",
    "personal interpretations",
    "in a personal capacity",
    "should not be attributed",
    "ne refletent pas necessairement",
    "ne reflete pas necessairement",
    "no reflejan necesariamente",
    "no refleja necesariamente",
)
CLOSING = frozenset({"the byline", "a newsletter line", "cookies", "copyright", "a share line", "a disclaimer"})


def aside(text: str, *, bullet: bool = False) -> str:
    """Say in plain words what `text` is if it belongs to the page or report rather than to its argument, else "".

    Those of `CLOSING` also end a list. Of a bullet only what no outcome could say is taken.
    """
    start = text[:400]
    folded = fold(start)
    if any(phrase in folded for phrase in _DISCLAIMERS):
        return "a disclaimer"
    if bullet:
        return ""
    if start.startswith(("©", "(c) 19", "(c) 20", "(C) 19", "(C) 20")):
        return "copyright"
    for what, beginnings in _STARTS.items():
        if folded.startswith(beginnings):
            return what
    if len(text) > 200:
        return ""
    if is_byline(text):
        return "the byline"
    if _CAPTION.match(text) or folded.endswith(" logo") or _is_file_name(text):
        return "an image or its caption"
    return "a date" if is_date(folded) else ""


def is_byline(text: str) -> bool:
    """Whether `text` is a report's byline: "Place | Month Year", "Report by A Name"."""
    if len(text) > 200:
        return False
    if (found := _BYLINE.fullmatch(text)) and fold(found[1]) in MONTHS:
        return True
    found = _WRITTEN_BY.match(text)
    return bool(found) and is_name(text[found.end() :], most=8)  # type: ignore[union-attr]


def is_name(text: str, most: int = 5) -> bool:
    """Whether `text` looks like a person's name or several: a few words, each with a capital but for particles."""
    if len(text) > 120:
        return False
    words = [word.strip(",()") for word in text.split()]
    return (
        0 < len(words) <= most
        and not any(c.isdigit() for c in text)
        and not text.rstrip().endswith((".", "!", "?", ":", ";"))
        and any(word[:1].isupper() for word in words)
        and all(
            word[:1].isupper() or word in {"de", "da", "van", "von", "der", "al", "bin", "and", "y", "e", "et", "&"}
            for word in words
        )
    )


def is_date(folded: str) -> bool:
    """Whether a folded line begins with a date ("15 17 april 2024 i wp3348"), be it followed by a reference."""
    if not _YEAR.search(folded):
        return False
    words = folded.split()[:14]
    months = [index for index, word in enumerate(words) if word in MONTHS]
    if not months:
        return False
    after = words[months[-1] + 1 :]
    before = words[: months[-1]]
    return (
        len(after) <= 4
        and any(len(word) == 4 and word.isdecimal() for word in after)
        and all(word.isdecimal() or word in _DATE_WORDS or word in MONTHS or len(word) == 1 for word in before)
    )


def _is_file_name(text: str) -> bool:
    return (
        " " not in text
        and len(text) > 8
        and (text.count("-") + text.count("_") >= 3 or bool(_FILE_NAME.fullmatch(text)))
    )
