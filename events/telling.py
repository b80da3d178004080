"""Words that tell who spoke without a name: initials, “my delegation”, “as chair of”, “the Chilean delegate”.

Pure: whose initials, positions and countries count is handed in, so that a State that a wording is about is one thing
and the delegate of a State that took part another. Sure findings have no other meaning worth the risk; the others ask.
"""

import gettext
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import django_countries
from django_countries import countries

from events.letters import WORD, Word, fold, ideographs, stem
from events.search import STOP_WORDS

Found = tuple[int, int, bool]  # from, to, sure

# The languages in which countries are known by name, besides English.
_LANGUAGES = ("fr", "es", "de", "ru", "ar", "zh_Hans", "tr", "pt_PT", "it")


def _keys(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


# Who speaks for somebody. The second list is said of people in the world as often as of people in the room.
_DELEGATES = _keys(
    """
    delegate delegates delegation delegations representative representatives ambassador ambassadors negotiator
    negotiators participant participants speaker speakers envoy envoys diplomat diplomats panellist panellists
    délégué déléguée délégués déléguées délégation délégations représentant représentante représentants
    ambassadeur ambassadrice négociateur négociatrice diplomate diplomates
    delegado delegada delegados delegadas delegación delegaciones representante representantes embajador embajadora
    negociador negociadora diplomático diplomática participante participantes
    Delegierter Delegierte Delegierten Vertreter Vertreterin Vertretern Botschafter Botschafterin Teilnehmer
    Teilnehmerin delegação delegazione delegato delegata rappresentante ambasciatore ambasciatrice embaixador
    delegesi temsilcisi heyeti büyükelçisi وفد مندوب مندوبة ممثل ممثلة سفير سفيرة
    """
)
_OFFICIALS = _keys(
    """
    minister ministers official officials expert experts colleague colleagues side ministre ministres fonctionnaire
    ministro ministra funcionario funcionaria experto experta Minister Ministerin Beamter Beamtin Experte Expertin
    """
)
_RUSSIAN_DELEGATES = frozenset(map(stem, _keys("делегат делегация представитель посол")))
_OF = _keys("of from for the de du des del d l la le les el los der die des von vom aus do da della di из от")
_BEHALF = _keys("behalf speaking spoke nom nombre Namen имени باسم")

# What somebody in a room does; the second list a State or an institution does in the world as well.
_SAID = _keys(
    """
    said says stated noted argued stressed emphasised emphasized warned insisted explained remarked underlined
    underscored replied commented objected cautioned admitted complained disagreed interjected recalled responded
    déclaré souligné affirmé indiqué expliqué averti insisté estimé
    dijo señaló afirmó subrayó explicó advirtió insistió declaró destacó
    sagte betonte erklärte warnte meinte unterstrich dedi belirtti vurguladı
    сказал сказала заявил заявила отметил отметила подчеркнул подчеркнула قال قالت اكد اكدت ذكر ذكرت اشار اشارت
    """
)
_AGREED = _keys(
    "agreed proposed suggested supported opposed called asked reported raised highlighted mentioned added committed "
    "offered requested proposé demandé rappelé propuso pidió schlug bat предложил предложила اقترح اقترحت"
)
_BETWEEN = _keys("also then has have had rightly again a ont ha han hat haben also")
_CHINESE_SPEAKS = "(?:代表团|代表|大使|官员|表示|认为|指出|强调|说)"

# Somebody speaks of what is theirs. Word by word, in any case; the second of a pair only asks.
_SELF = (
    # English
    (
        r"my (?:own )?(?:delegation|country|government|ministry|minister|capital|organi[sz]ation|institution|company"
        r"|agency|department|embassy|mission|region|state|nation|colleagues? (?:at|from|in))"
    ),
    (
        r"(?:our delegation|our ministry|our embassy|we,? the delegation of|we as the delegation of|speaking for my"
        r"|on behalf of (?:my|our)|in my (?:personal |national |official )?capacity|in our (?:national )?capacity as"
        r"|as (?:the|a) representatives? of|I represent|speaking as (?:the|a|an))"
    ),
    # French
    (
        r"(?:ma délégation|notre délégation|mon pays|mon gouvernement|mon ministère|mon organisation|mon institution"
        r"|en ma qualité de|en tant que représentante?s? d[eu]|au nom de (?:ma|mon|notre))"
    ),
    # Spanish
    (
        r"(?:mi delegación|nuestra delegación|mi país|mi gobierno|mi ministerio|mi organización|mi institución"
        r"|en mi calidad de|como representantes? de|en nombre de (?:mi|nuestr[oa]))"
    ),
    # German
    (
        r"(?:meine[rmn]? (?:delegation|regierung|organisation|behörde|botschaft)|mein(?:em|es)? (?:land|ministerium)"
        r"|unsere[rn]? delegation|in meiner (?:eigenschaft|funktion|rolle) als|als vertreter(?:in)? (?:von|der|des))"
    ),
    # Russian
    (
        r"(?:мо(?:я|ей|ю) (?:делегаци[яию]|стран[аыеу])|наш(?:а|ей|у) делегаци[яию]|мо(?:е|ё|его|ему) правительств[оау]"
        r"|в (?:моём|моем|своём|своем) качестве|в качестве представител(?:я|ей))"
    ),
    # Arabic
    r"(?:وفدي|وفد بلادي|وفد بلدي|بلادي|بلدي|حكومتي|وزارتي|منظمتي|بصفتي)",
    # Turkish, Portuguese, Italian
    r"(?:ülkem|heyetim|hükümetim|minha delegação|meu país|meu governo|la mia delegazione|il mio (?:paese|governo))",
)
_SELF_PERHAPS = (
    (
        r"(?:our (?:country|government|organi[sz]ation|institution|minister|capital)|in (?:his|her|their) capacity as"
        r"|notre (?:pays|gouvernement)|nuestro (?:país|gobierno)|unser(?:e|em|er)? (?:land|regierung)"
        r"|наша страна|наше правительство)"
    ),
)
_CHINESE_SELF = r"(?:我国代表团|我代表团|本代表团|我国政府|我国|本国政府|我部|本人作为|我作为)"
_OFFICES = (
    r"(?:chair|chairman|chairwoman|chairperson|president|ambassador|minister|head|director|delegate|envoy|secretary"
    r"|commissioner|coordinator|rapporteur|facilitator|host)"
)
_AS_OFFICE = (
    rf"as (?:the |a |an )?(?:(?:co|vice|deputy|acting|former|special|permanent)[- ])*{_OFFICES} (?:of|for|to)\b",
    r"en tant que (?:président|présidente|ambassadeur|ambassadrice|directeur|directrice|ministre) d",
    r"como (?:presidente|presidenta|embajador|embajadora|director|directora|ministro|ministra) de",
    r"als (?:vorsitzender?|präsidentin|präsident|botschafterin|botschafter|leiterin|leiter) (?:der|des|von|vom)",
)


def _any_of(*patterns: str) -> re.Pattern:
    spaced = (pattern.replace(" ", r"[ \u00a0\n]+") for pattern in patterns)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)


_SURE_SELF = _any_of(*_SELF)
_ASKS_SELF = _any_of(*_SELF_PERHAPS)
_SIGNED_SELF = re.compile(_CHINESE_SELF)
_OFFICE = re.compile(
    rf"(?<!\w)(?:{'|'.join(pattern.replace(' ', r'[ \u00a0\n]+') for pattern in _AS_OFFICE)})", re.IGNORECASE
)


def self_references(text: str) -> Iterator[Found]:
    """Yield where somebody speaks of what is their own."""
    for pattern, is_sure in ((_SURE_SELF, True), (_SIGNED_SELF, True), (_ASKS_SELF, False)):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), is_sure


def offices(text: str) -> Iterator[Found]:
    """Yield “as chair of” and the like: it tells the speaker, or it is what the wording is about."""
    for match in _OFFICE.finditer(text):
        yield match.start(), match.end(), False


# Initials

_KNOWN = frozenset(
    """
    ad afr ai am ap apt ar asean au bc bn ca cbm cd ceo cert cfo cio cso csr cto cv dc ddg ddos dg dk dna dns ec
    ee eg em es et eu faq fr ga gdp gge gps hq hr ia ibm icc icj ict id ie ihl ii iii ilc ilo imf io iot ip isp it
    itu iv ix ko kpi la lan ll me ml mou ms nato nb nc ngo no np ny oas oecd oewg ok on or os osce pc pdf phd pm
    poa pr ps qa qr rd ri se sg sme sms sos tbc tbd tv ua uae ui uk un unga url us usa usd ussr va vi vii viii vip
    vpn vs wg wto ww xi xii
    """.split()
)
_DOTTED = re.compile(r"(?<![\w.])(\w)\.[ \u00a0-]?(\w)\.(?:[ \u00a0-]?(\w)\.)?(?!\w)")
_BARE = re.compile(r"(?<![\w.&/-])([^\W\d_]{2,3})(?![\w&/-]|\.\w)")
_LINE_BEGINS = re.compile(r"(?:^|\n)[ \t•*–—-]*$")
_LINE_ENDS = re.compile(r"[ \t]*[.)]?[ \t]*(?:\n|$)")


def initials_of(keys: Iterable[str]) -> set[str]:
    """Return the initials of a name from its folded words: all of them, and the outer two."""
    letters = [key[0] for key in keys if key and key[0].isalpha()]
    if len(letters) < 2:
        return set()
    found = {"".join(letters[:3]), letters[0] + letters[-1], letters[-1] + letters[0]}
    return {one for one in found if one not in _KNOWN}


def initials(text: str, words: list[Word], known: Mapping[str, set[str]]) -> Iterator[tuple[int, int, bool, str]]:
    """Yield initials that are those of one of `known`: with full stops, or where minutes put who spoke."""
    if not known:
        return
    starts = {word.start: index for index, word in enumerate(words)}
    for match in _DOTTED.finditer(text):
        letters = [letter for letter in match.groups() if letter]
        key = fold("".join(letters))
        if key in known and all(letter.isupper() for letter in letters):
            after = starts[match.start()] + len(letters)
            begins = (
                words[after] if after < len(words) and text[match.end() : words[after].start] in " \u00a0" else None
            )
            if begins is None or not begins.capital or begins.key in STOP_WORDS:  # else of somebody: “J. S. Mill”
                yield match.start(), match.end(), True, " / ".join(sorted(known[key]))
    for match in _BARE.finditer(text):
        key = fold(match[1])
        if not match[1].isupper() or key not in known:
            continue
        index = starts.get(match.start())
        before, behind = text[: match.start()], text[match.end() :]
        brackets = before[-1:] in ("(", "[") and behind[:1] in (")", "]") and not _spelled_out(words, index, key)
        colon = behind[:1] == ":" and _LINE_BEGINS.search(before)
        signed = before.rstrip()[-1:] in ("–", "—") and _LINE_ENDS.match(behind)
        spoke = says(words, index) if index is not None else None
        if brackets or colon or signed or spoke is not None:
            sure = bool(brackets or colon or signed or spoke)
            yield match.start(), match.end(), sure, " / ".join(sorted(known[key]))


def _spelled_out(words: list[Word], index: int | None, key: str) -> bool:
    """Whether the words before (ABC) are what it stands for."""
    if index is None or index < len(key):
        return False
    near = [word.key[0] for word in words[max(0, index - 2 * len(key)) : index]]
    letters = iter(near)
    return all(letter in letters for letter in key)


# Who speaks, in words before and after


def says(words: list[Word], last: int) -> bool | None:
    """Whether the word after `last` tells that it spoke: True for sure, False perhaps, None not at all."""
    index = last + 1
    while index < len(words) and index <= last + 2 and words[index].key in _BETWEEN:
        index += 1
    if index < len(words):
        if words[index].key in _SAID:
            return True
        if words[index].key in _AGREED:
            return False
    return None


def speaks_for(words: list[Word], first: int, last: int, *, may_agree: bool = True) -> bool | None:
    """Whether the words around say that somebody spoke for what stands from `first` to `last`; as `says`."""
    before = first - 1
    steps = 0
    while before >= 0 and steps < 3 and words[before].key in _OF:
        before, steps = before - 1, steps + 1
    if steps and before >= 0:
        if (sure := _delegate(words[before].key)) is not None:
            return sure
        if words[before].key in _BEHALF:
            return True
    after = last + 1
    if after < len(words) and words[after].key == "s":
        after += 1
    if after < len(words) and (sure := _delegate(words[after].key)) is not None:
        return sure
    if first and words[first - 1].key in _SAID and not words[first - 1].cased:  # Arabic says the verb first
        return True
    said = says(words, last)
    return said if said or may_agree else None


def _delegate(key: str) -> bool | None:
    if key in _DELEGATES or stem(key) in _RUSSIAN_DELEGATES:
        return True
    return False if key in _OFFICIALS else None


# States

# What adjectives begin with where the name of the country does not tell: English, French, Spanish, German, Italian.
_ADJECTIVES = {
    "AE": "emirat emirien", "AR": "argentin", "AT": "autrich", "BE": "belg", "BR": "bresil", "CF": "centrafric",
    "CH": "swiss suiss suiz svizzer", "CI": "ivorian ivoirien marfil", "CN": "chines chinois", "CY": "cypriot chypriot",
    "CZ": "czech tchequ checo tschech", "DE": "german allemand aleman deutsch tedesc", "DK": "danish danois danes dän",
    "DO": "dominican", "ES": "spanish espagn español", "FI": "finnish", "FR": "french franç franz", "GR": "greek grec "
    "griech", "GB": "british britann britán britisch uk", "HR": "croat kroat", "HU": "hongr ungar", "IE": "irish",
    "IL": "israel", "IQ": "iraqi irakisch", "KP": "korean coréen corean", "KR": "korean coréen corean korea",
    "LB": "lebanes liban", "LK": "lanka", "MM": "burmes birman myanma", "NL": "dutch néerland niederländ holand",
    "NO": "norweg norvég norueg", "NZ": "zealand zeeland", "PH": "filipin philippin", "PL": "polish polon polac poln",
    "PS": "palestin", "PT": "portug", "RU": "russi russe ruso russisch", "SA": "saudi saoudien", "SE": "swedish suéd "
    "suec schwed", "TH": "thai", "TR": "turk turc türk", "US": "american amerik américain estadounid us usa",
    "VA": "vatican", "ZA": "südafrik sudafric",
}  # fmt: skip
_ALSO = {"US": ("US", "USA", "United States"), "GB": ("UK", "Britain", "Great Britain"), "KR": ("Republic of Korea",)}


@lru_cache(maxsize=1)
def _translations() -> list[gettext.NullTranslations]:
    """Return the names of countries in other languages: the portal itself speaks English only."""
    folder = Path(django_countries.__file__).parent / "locale"
    return [gettext.translation("django", folder, [language], fallback=True) for language in _LANGUAGES]


@lru_cache(maxsize=300)
def _state(code: str) -> tuple[frozenset[tuple[str, ...]], frozenset[str], tuple[str, ...]]:
    """Return the names of a country as folded words, what adjectives made of them begin with, and its Chinese names."""
    english = str(countries.name(code))
    names = {english, *_ALSO.get(code, ()), *(words.gettext(english) for words in _translations())}
    sequences = {tuple(key for match in WORD.finditer(name) if (key := fold(match[0]))) for name in names if name}
    sequences.discard(())
    begins = {key[: max(4, len(key) - 2)] for keys in sequences if len(keys) == 1 for key in keys if len(key) > 3}
    adjectives = begins | set(map(fold, _ADJECTIVES.get(code, "").split()))
    signed = tuple(signs for name in names if (signs := ideographs(name)))
    return frozenset(sequences), frozenset(adjectives), signed


class States:
    """The countries of a room: where a text tells that one of them spoke."""

    def __init__(self, whose: Mapping[str, set[str]]):
        self.names: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self.begins: dict[str, str] = {}
        self.signs: dict[str, str] = {}
        self.short: dict[str, str] = {}
        for code, people in whose.items():
            of = " / ".join(sorted(people))
            sequences, adjectives, signed = _state(code)
            for keys in sequences:
                self.names[keys[0]].append((keys, of))
            for begin in adjectives:
                (self.short if len(begin) < 4 else self.begins)[begin] = of
            self.signs |= dict.fromkeys(signed, of)

    def find(self, text: str, words: list[Word]) -> Iterator[tuple[int, int, bool, str]]:
        """Yield (from, to, sure, whose): the delegate of one of them, or what one of them said."""
        for index, word in enumerate(words):
            for keys, of in self.names.get(word.key, ()):
                last = index + len(keys) - 1
                if not word.capital or tuple(one.key for one in words[index : last + 1]) != keys:
                    continue
                sure = speaks_for(words, index, last)
                if sure is not None:
                    yield *_span(words, index, last), sure, of
            if (sure := _delegate(word.key)) is not None:
                for beside in (index - 1, index + 1):
                    if 0 <= beside < len(words) and (of := self._of(words[beside])):
                        first, last = min(index, beside), max(index, beside)
                        yield words[first].start, words[last].end, sure, of
        for signs, of in self.signs.items():
            for match in re.finditer(re.escape(signs) + _CHINESE_SPEAKS, text):
                yield match.start(), match.end(), True, of

    def _of(self, word: Word) -> str:
        """Return whose country an adjective is made of."""
        key = word.key
        if key in self.short and word.capital:
            return self.short[key]
        for length in range(4, min(len(key), 14) + 1):
            if of := self.begins.get(key[:length]):
                return of
        return ""


def _span(words: list[Word], first: int, last: int) -> tuple[int, int]:
    """Widen a name to the delegate beside it, so that the whole is marked."""
    after = last + 1
    if after < len(words) and words[after].key == "s":
        after += 1
    if after < len(words) and _delegate(words[after].key) is not None:
        return words[first].start, words[after].end
    before = first - 1
    while before >= 0 and first - before < 4 and words[before].key in _OF:
        before -= 1
    if before >= 0 and before < first - 1 and _delegate(words[before].key) is not None:
        return words[before].start, words[last].end
    return words[first].start, words[last].end


@lru_cache(maxsize=1)
def _country_words() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for code, name in countries:
        for one in {str(name), *_ALSO.get(code, ())}:
            if keys := tuple(key for match in WORD.finditer(one) if (key := fold(match[0]))):
                found[keys[0]].append((keys, code))
    return dict(found)


@lru_cache(maxsize=4096)
def country_in(affiliation: str) -> str:
    """Return the country that an affiliation names, as in “Ministry of Foreign Affairs of Chile”; "" for none."""
    keys = tuple(key for match in WORD.finditer(affiliation) if (key := fold(match[0])))
    best: tuple[int, str] = (0, "")
    known = _country_words()
    for index, key in enumerate(keys):
        for sequence, code in known.get(key, ()):
            if keys[index : index + len(sequence)] == sequence:
                best = max(best, (len(sequence), code))
    return best[1]
