"""What stands before a name and is not part of it, taken off only where it is certain.

"Dr. Ana Example" is; "Don Example", "M. Example" and "Judge Example" may be somebody's name and stay as they are.
"""

import re
import unicodedata

LONGEST = 3  # words of one honorific


def _plain(text: str) -> str:
    return re.sub(r"[\s.]+", " ", unicodedata.normalize("NFC", text).casefold()).strip()


def _set(words: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in words.split("|"))


# Nobody's name, with or without dots.
CERTAIN = _set(
    """mr|mrs|ms|mx|miss|mister|dr|drs|prof|professor|amb|rev|revd|rt hon|mme|mmes|mlle|madame|monsieur|mademoiselle|
    docteur|professeur|son excellence|sra|srta|dra|señor|señora|señorita|profesor|profesora|excmo|excma|herr|frau|
    dipl-ing|dr-ing|priv-doz|univ-prof|dott ssa|dottore|dottoressa|sig ra|signor|signora|dhr|mevr|shri|smt|shrimati|
    senhor|senhora|exmo|exma|г-н|г-жа|господин|госпожа|д-р|пан|пані|bapak|tan sri|lt gen|lt col|maj gen|brig gen|cmdr|
    السيد|السيدة|الدكتور|الدكتورة|الأستاذ|الأستاذة|السفير|السفيرة|سعادة|معالي|سمو|فخامة"""
)
# Only with their dot: without it they are names somewhere.
WITH_A_DOT = _set(
    "hon|pr|me|sr|lic|ing|mag|mag a|dott|sig|avv|gen|col|lt|capt|maj|brig|adm|sgt|s exc|проф|sn|د|أ|أ د|phd"
)
# Only with a dot after each letter, or with none before another honorific.
LETTERS = frozenset(["he", "se", "sem", "hrh", "hh", "hm", "sar"])
# Only before two words more: with one they may be how somebody is called.
BEFORE_TWO = _set(
    """sir|dame|lord|lady|baroness|baron|sheikh|sheikha|prince|princess|ambassador|ambassadeur|ambassadrice|embajador|
    embajadora|botschafter|botschafterin|minister|ministre|ministro|ministra|senator|senador|senadora|commissioner|
    director|secretary|president|doctor|doctora|her excellency|his excellency|su excelencia"""
)
# Behind a name, in writing that puts them there.
BEHIND = (
    "先生",
    "女士",
    "小姐",
    "博士",
    "教授",
    "大使",
    "部长",
    "部長",
    "様",
    "さま",
    "さん",
    "氏",
    "님",
    "씨",
    "박사",
    "교수",
    "대사",
)


def take_off(name: str) -> tuple[str, str]:
    """Return (honorifics, the name without them). Nothing is taken off where nothing would be left."""
    words = name.split()
    at = 0
    while at < len(words) - 1:
        longest = min(LONGEST, len(words) - 1 - at)
        taken = next((size for size in range(longest, 0, -1) if _is_honorific(words, at, size)), 0)
        if not taken:
            break
        at += taken
    if at:
        return " ".join(words[:at]), " ".join(words[at:])
    for behind in BEHIND:
        rest = name.removesuffix(behind).strip()
        if rest != name and len(rest) > 1:
            return behind, rest
    return "", name


def _is_honorific(words: list[str], at: int, size: int) -> bool:
    """Whether the `size` words from `at` on are one honorific."""
    raw = " ".join(words[at : at + size])
    plain, left = _plain(raw), words[at + size :]
    if plain in CERTAIN:
        return True
    if plain in WITH_A_DOT:
        return raw.endswith(".")
    letters = plain.replace(" ", "")
    if letters in LETTERS:
        return raw.count(".") >= len(letters) or (raw.isupper() and len(left) > 1 and _plain(left[0]) in CERTAIN)
    return plain in BEFORE_TWO and len(left) > 1
