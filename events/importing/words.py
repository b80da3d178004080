"""What words in a file mean: kinds of sessions, roles of people, and descriptions as plain text."""

import html
import re

from events.importing.agenda import MAX_TEXT, AgendaSession, Speaker
from events.models import Role, Session
from participants.text import FORBIDDEN, normalise

_KINDS = (
    (
        Session.Kind.SOCIAL,
        r"coffee|tea break|\bbreak\b|lunch|dinner|breakfast|reception|registration|\bsocial\b|drinks",
    ),
    (Session.Kind.REPORT_BACK, r"report[- ]?(back|ing back)|reports? from (the )?(break-?out|working|groups)"),
    (Session.Kind.BREAKOUT_GROUP, r"break-?out (group|room|session) ?\w{0,3}\b"),
    (Session.Kind.WORKING_GROUP, r"working group|work stream|workshop"),
    (Session.Kind.TOUR_DE_TABLE, r"tour de table"),
    (Session.Kind.KEYNOTE, r"key-?note"),
    (Session.Kind.OPENING, r"\bopening\b|\bwelcome\b|welcoming"),
    (Session.Kind.CLOSING, r"\bclosing\b|wrap[- ]?up|concluding"),
    (Session.Kind.SIDE_EVENT, r"side[- ]event"),
    (Session.Kind.PANEL, r"\bpanel\b|\broundtable\b"),
    (Session.Kind.PLENARY, r"\bplenary\b"),
)
_ROLES = (
    (Role.Role.RAPPORTEUR, r"rapporteur|note[- ]?taker"),
    (Role.Role.KEYNOTE, r"key-?note"),
    (Role.Role.MODERATOR, r"moderat"),
    (Role.Role.FACILITATOR, r"facilitat"),
    (Role.Role.CHAIR, r"\b(co-?)?chair|presid|convener of the session"),
    (Role.Role.CONVENER, r"convenor|convener|\bhost"),
    (Role.Role.DISCUSSANT, r"discussant|respondent"),
    (Role.Role.PANELLIST, r"panell?ist"),
    (Role.Role.OBSERVER, r"observer"),
    (Role.Role.ORGANISER, r"organi[sz]er"),
    (Role.Role.SPEAKER, r"speaker|presenter|lecturer|author"),
)
_BLOCK = re.compile(r"(?i)<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]{0,200}>")
_TAG = re.compile(r"<[/!a-zA-Z][^<>]*>")
_CODE = re.compile(r"(?i)</?(?:script|style)\b[^<>]*>")  # what stands between two of these is no text


def kind_of(kind: str, title: str) -> str:
    """Guess what a session is from what the file calls its kind, else from its title."""
    said = kind.casefold()[:500]
    for value, label in Session.Kind.choices:
        if said in (value, str(label).casefold()) and value != Session.Kind.OTHER:
            return value
    for lowered in (said, title.casefold()[:500]):
        for value, pattern in _KINDS:
            if re.search(pattern, lowered):
                return value
    return Session.Kind.OTHER


def role_of(word: str, session: AgendaSession) -> str:
    """Return the role that a word in a file means; without one, what people usually are in a session of its kind."""
    lowered = word.casefold()[:100]
    for value, pattern in _ROLES:
        if re.search(pattern, lowered):
            return value
    usual = {Session.Kind.PANEL: Role.Role.PANELLIST, Session.Kind.KEYNOTE: Role.Role.KEYNOTE}
    return usual.get(Session.Kind(session.kind), Role.Role.SPEAKER)


def is_role(word: str) -> bool:
    """Whether a word in brackets after a name says what somebody is, rather than where they are from."""
    return any(re.search(pattern, word.casefold()[:100]) for _, pattern in _ROLES)


def speaker(name, session: AgendaSession, role: str = "", affiliation="") -> Speaker | None:
    """Return somebody of a session, None where the file gives no name."""
    name = line(name)
    return Speaker(name, role_of(role, session), line(affiliation)) if name else None


def line(value) -> str:
    """Return a value of a file as one line of text: no tags, no characters that cannot be shown, spaces as one."""
    return " ".join(text(value).split())


def text(value) -> str:
    """Return a value of a file as plain text with its lines; whatever a web page would take for markup is gone."""
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    words = str(value)[: 4 * MAX_TEXT].replace("\r\n", "\n")
    if "<" in words:
        words = _TAG.sub("", _BLOCK.sub("\n", "".join(_CODE.split(words)[::2])))
    if "&" in words:
        words = html.unescape(words)
    words = normalise(FORBIDDEN.sub("", words))
    return re.sub(r"\n{3,}", "\n\n", words)
