"""Which browser it was, in words its owner knows it by."""

import re

from django.utils.translation import gettext as _

# The first that fits counts: browsers call themselves by the names of older ones too, and phones by those of computers.
BROWSERS = [
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\b(OPR|Opera)/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bVersion/[\d.]+ .*\bSafari/"),
]
SYSTEMS = [
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMacintosh\b"),
    ("Chromebook", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
]
LONGEST = 512  # characters of a user agent that are looked at


def describe(user_agent: str) -> str:
    """Return words such as "Firefox on Windows"; nothing of what the browser sent but names that stand here."""
    sent = user_agent[:LONGEST]
    browser = next((name for name, pattern in BROWSERS if re.search(pattern, sent)), "")
    system = next((name for name, pattern in SYSTEMS if re.search(pattern, sent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    if browser or system:
        return browser or _("A browser on %(system)s") % {"system": system}
    return _("A browser that does not say which")
