"""The one form in which names of people and organisations are compared.

It forgives what hands and files do to a name: case, accents, word order, punctuation, titles, Latin look-alikes of
other alphabets, another alphabet (roughly), legal forms. It is loose on purpose: whoever shares a key *may* be the
same, and `participants/matching.py` says how likely and why. Nothing is ever decided by a key alone.
"""

import re
import unicodedata
from functools import lru_cache

from django.db import models

from participants.titles import ABBREVIATED, AFTER_A_NAME, TITLES

LONGEST = 400  # characters of a key

_FURTHER = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
    | {"ى": "ي", "ة": "ه", "ٱ": "ا", "ـ": None}
)
_UMLAUTS = re.compile(r"(?<=[aou])e")  # "Mueller" and "Müller"
_APOSTROPHES = re.compile(r"(?<=\w)['’‘ʼ`´](?=\w)")
_WORDS = re.compile(r"[^\W_]+")
_ASIDE = re.compile(r"\([^)]*\)|\[[^]]*\]")
_EXCELLENCY = re.compile(r"^\s*[HS]\.?\s?E\.(?=\s)", re.IGNORECASE)
_ARABIC_ARTICLE = re.compile(r"^ال(?=\w{3})")
_ARTICLES = frozenset(["al", "el"])  # "Al-Rashid" and "Rashid"

# Letters of other alphabets that look like one of the Latin, in lower case after case folding.
LOOK_ALIKES = {
    **dict(zip("аеорсухіјѕһԁԛԝв", "aeopcyxijshdqwb", strict=True)),  # Cyrillic
    **dict(zip("кмнт", "kmht", strict=True)),
    **dict(zip("αεικνορτυχ", "aeikvoptux", strict=True)),  # Greek
    **dict(zip("βζημ", "bzhm", strict=True)),  # alike as capitals only
}
# One common way of writing an alphabet in Latin letters; names have several, so it is a hint at most.
_WRITTEN = """
    а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch
    ы y э e ю yu я ya і i ї i є ye ґ g ў u ј j љ lj њ nj ћ c ђ dj
    α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
""".split()
_LATIN = dict(zip(_WRITTEN[::2], _WRITTEN[1::2], strict=True)) | dict.fromkeys("ъь", "")

_NOTHING = frozenset("the of for and de du des la le les l d der die das und fur di del y e et a".split())
# What an enterprise is in law, not what it is called.
LEGAL_FORMS = frozenset(
    """
    ltd limited llc llp lp plc inc incorporated corp corporation co company gmbh mbh ag kg ev eg ggmbh sa sarl sas srl
    spa bv nv oy oyj ab as asa aps doo zoo sro kk pty pte pvt bhd cic cio nfp asbl aisbl vzw
    """.split()
)
# Written out only where there is one reading.
_WRITTEN_OUT = {
    "univ": "university",
    "intl": "international",
    "inst": "institute",
    "dept": "department",
    "govt": "government",
    "assoc": "association",
    "assn": "association",
    "natl": "national",
    "un": "united nations",
    "centre": "center",
    "organization": "organisation",
}


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Return `text` without case, accents and apostrophes, in its own alphabet."""
    text = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    text = "".join(sign for sign in text if not unicodedata.combining(sign)).casefold()
    return unicodedata.normalize("NFC", text.translate(_FURTHER))


def _alphabet(sign: str) -> str:
    if "a" <= sign <= "z":
        return "Latin"
    return "other" if sign in LOOK_ALIKES or sign in _LATIN else ""


def in_latin(text: str) -> str:
    """Return plain `text` in Latin letters, as far as it is Latin, Cyrillic or Greek.

    A word of two alphabets is meant to look Latin, and so is a text of nothing but look-alikes; any other word is
    transliterated.
    """
    if text.isascii():
        return text
    letters = [sign for sign in text if _alphabet(sign) == "other"]
    all_alike = all(sign in LOOK_ALIKES for sign in letters)

    def word(match: re.Match) -> str:
        alphabets = {_alphabet(sign) for sign in match[0]}
        table = LOOK_ALIKES if all_alike or {"Latin", "other"} <= alphabets else _LATIN
        return "".join(table.get(sign, sign) for sign in match[0])

    return _WORDS.sub(word, text) if letters else text


def words_of_person(name: str) -> list[str]:
    """Return the words of a name, plain, in its order, without titles, ranks after it, brackets and articles."""
    text = plain(_EXCELLENCY.sub("", _ASIDE.sub(" ", name)))
    found = [(match[0], text[match.end() : match.end() + 1] == ",") for match in _WORDS.finditer(text)]
    while len(found) > 2 and found[0][0] in TITLES and not found[0][1]:
        found.pop(0)
    words = [word for word, _ in found]
    kept = [word for word in words if word not in ABBREVIATED and word not in AFTER_A_NAME and word not in _ARTICLES]
    return [_ARABIC_ARTICLE.sub("", word) for word in kept or words]


def words_of_organisation(name: str) -> list[str]:
    """Return the words of a name, plain, in its order, without legal form, small words and what stands in brackets."""
    text = plain(_ASIDE.sub(" ", name).replace("&", " "))
    # "e. V.", "S.A.", "M.F.A.": letters with dots are one word.
    text = re.sub(r"\b(?:\w\.\s?){1,5}\w\b\.?", lambda match: re.sub(r"[.\s]", "", match[0]) + " ", text)
    words = _WORDS.findall(text)
    kept = [word for word in words if word not in _NOTHING]
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    kept = " ".join(_WRITTEN_OUT.get(word, word) for word in kept or words).split()
    if len(kept) > 1 and "mfa" in kept:  # "MFA of Chile"; alone it may be anything
        at = kept.index("mfa")
        kept[at : at + 1] = ["ministry", "foreign", "affairs"]
    elif len(kept) > 2 and any(kept[at : at + 2] == ["foreign", "ministry"] for at in range(len(kept))):
        kept.append("affairs")
    return kept


def _key(words: list[str]) -> str:
    return " ".join(sorted(_UMLAUTS.sub("", word) for word in in_latin(" ".join(words)).split()))[:LONGEST]


def person_key(name: str) -> str:
    """Return the key of a person's name: "Dr. Anna Müster" and "MUESTER, Anna" have the same."""
    return _key(words_of_person(name))


def organisation_key(name: str) -> str:
    """Return the key of an organisation's name: "Muster Institute Ltd" and "The Muster Institute" have the same."""
    return _key(words_of_organisation(name))


def short_key(name: str, short_name: str) -> str:
    """Return the key of the short name; where there is none, the initials of three words or more."""
    if short_name:
        return _key(words_of_organisation(short_name))
    return initials(name)


def initials(name: str) -> str:
    """Return what a name of three words or more is likely abbreviated to, in Latin letters."""
    words = in_latin(" ".join(word for word in _WORDS.findall(plain(_ASIDE.sub(" ", name))) if word not in _NOTHING))
    return "".join(word[0] for word in words.split()) if words.count(" ") > 1 else ""


def in_brackets(name: str) -> str:
    """Return the one word in brackets behind a name, as in "Institute of Made-up Affairs (IMA)", else nothing."""
    found = re.search(r"\(([^\s()]{2,20})\)\s*$", name)
    return found[1] if found else ""


class KeyField(models.CharField):
    """A column made of other fields of its row whenever the row is written, also in bulk; a `save` that names its
    fields must name this one too.

    `key_of` takes the row and returns the key.
    """

    def __init__(self, *args, key_of=None, **kwargs):
        self.key_of = key_of
        for name, value in (("max_length", LONGEST), ("blank", True), ("db_default", ""), ("editable", False)):
            kwargs.setdefault(name, value)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance, add):
        key = self.key_of(model_instance)
        setattr(model_instance, self.attname, key)
        return key
