"""What a password of the staff must not be made of, beside what Django's validators refuse."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The first guesses of whoever knows what this site is for; the names in its address are added.
WORDS = {"readout", "dialogue", "outcome", "rapporteur", "secretariat", "chatham"}
SHORTEST = 4  # characters of a name in the address that counts: not "www", "org"
LEFT = 8  # characters that must stay once such words are taken out


class WordsOfTheSite:
    """Refuses a password in which little is left once the words of this site are taken out of it."""

    def validate(self, password, user=None):
        """Raise ValidationError naming the word."""
        left, found = password.casefold(), ""
        for word in sorted(words(), key=len, reverse=True):
            if word in left:
                left, found = left.replace(word, ""), found or word
        if found and len(left) < LEFT:
            raise ValidationError(
                _("“%(word)s” is easy to guess here. Add other words, or take others."),
                code="words_of_the_site",
                params={"word": found},
            )

    def get_help_text(self):
        return _("Do not make it of the name of this site.")


def words() -> set[str]:
    """The words that anybody would try: of the project, and of the site's own address."""
    names = re.split(r"[.-]", urlsplit(settings.SITE_URL).hostname or "")
    return WORDS | {name for name in names if len(name) >= SHORTEST}
