"""What is kept about people, why, for how long and who sees it: the page about privacy and the operators' table.

Every model with a personal field (`config/classification.py`) stands in exactly one of these, and so do the tables of
Django and its packages that hold something about somebody: a test fails on one that nobody has decided about. What of a
row is personal is read from the classification, so that a new field is told without anybody thinking of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings

from config.classification import FIELDS, PERSONAL
from outcomes.models import PRESENT_FOR
from outcomes.models.outcome import DELETED_KEPT
from participants.adapter import STAFF_SESSION
from participants.lifetimes import LONGEST_SESSION
from participants.models.erasure import LIST_KEPT
from participants.models.imports import IMPORTS_KEPT
from participants.models.merge import UNDO_FOR

EVERYBODY, PARTICIPANTS, SIGNED_IN, FOR_A_TIME = (
    "Everybody who reads this site",
    "People who take part in a dialogue",
    "People who sign in: rapporteurs and staff",
    "What is here for a time only",
)


# What a field is called here, where its name in a form would tell a reader nothing.
PLAIN = {
    "by": "who did it",
    "saved_by": "who saved it last",
    "name_key": "the name as it is compared",
    "session_generation": "a number that ends all sessions",
    "browser_hash": "a mark of the browser",
    "device_hash": "a mark of the device",
    "key": "a mark of the address",
    "to": "who it is to",
    "unsubscribe": "an address that ends such mail",
    "error": "why it did not go",
    "values": "what changed from what to what",
    "left": "where texts still name them",
    "journal": "what moved",
    "kept": "which stays",
    "lost": "which goes",
    "first": "the one",
    "second": "the other",
    "missing": "who is not in the file",
    "candidates": "who it may be",
    "why": "what is in doubt",
    "content": "the file",
}


@dataclass(frozen=True)
class Keeping:
    """One kind of thing that is kept.

    whom, what, why, seen  in plain words
    how_long               a function that returns when it goes, in words: it reads settings
    labels                 the models it is in
    also                   what is kept beside the personal fields of those
    """

    whom: str
    what: str
    why: str
    seen: str
    how_long: Callable[[], str]
    labels: tuple[str, ...] = ()
    also: str = ""

    @property
    def fields(self) -> list[str]:
        """The personal fields of its models, as they are called in forms."""
        found = []
        for label in self.labels:
            model = apps.get_model(label)
            for name in FIELDS.get(label, {}).get(PERSONAL, "").split():
                words = PLAIN.get(name, str(model._meta.get_field(name).verbose_name))
                if words not in found and words.casefold() != "id":
                    found.append(words)
        return found


def days(name: str) -> Callable[[], str]:
    """Return what says the period that the settings have under `name`."""
    return lambda: _days(settings.KEPT_DAYS[name])


def _days(number: int) -> str:
    return f"{number} days" if number != 1 else "1 day"


KEEPING = [
    Keeping(
        EVERYBODY,
        "Nothing: no cookie, no account, no record of who read what",
        "Reading is nobody's business.",
        "Nobody",
        lambda: "Not kept. Whoever runs the server in front of this site may keep a log of its own.",
    ),
    Keeping(
        PARTICIPANTS,
        "Who somebody is",
        "To invite people, to know who took part, and to name those who agreed to be named.",
        "The secretariat; the public where the person and the dialogue's rule of attribution allow it.",
        lambda: "As long as the dialogue is documented here, or until they ask to be erased.",
        ("participants.Person",),
    ),
    Keeping(
        PARTICIPANTS,
        "Their part in a dialogue, and in a session",
        "To document the dialogue and to let rapporteurs write.",
        "The secretariat and, within the rule of attribution and the person's own choice, the public.",
        lambda: "As long as the dialogue is documented here, or until they ask to be erased.",
        ("events.Participation", "events.Role", "events.Invitation", "outcomes.Report"),
    ),
    Keeping(
        PARTICIPANTS,
        "Words they are quoted with",
        "To quote people who agreed to it.",
        "The public, where consent was given and the rule allows it; else the secretariat.",
        lambda: "As long as consent stands.",
        ("events.Quote",),
    ),
    Keeping(
        PARTICIPANTS,
        "Actions somebody answers for, and what was reported on them",
        "So that actions can be followed up.",
        "The public sees owners who are publicly listed; who typed a report is for the secretariat.",
        lambda: "As long as the action is followed up, or until they ask to be erased.",
        ("outcomes.ActionOwner", "outcomes.ActionUpdate"),
    ),
    Keeping(
        PARTICIPANTS,
        "What was typed into a closing round",
        "To write the outcomes together.",
        "The rapporteurs of that session and the secretariat, without a name: none is asked for.",
        lambda: f"{_days(settings.CONTRIBUTIONS_KEPT_DAYS)} after the outcomes of the dialogue were published.",
        ("outcomes.Contribution",),
        "a random mark of the device, so that it can change its own entry",
    ),
    Keeping(
        SIGNED_IN,
        "An account",
        "To let people sign in and do what they may.",
        "Administrators.",
        lambda: "Until the person is erased; it is made inactive when somebody leaves.",
        (
            *("participants.User", "participants.User_groups", "participants.User_institutions"),
            *("participants.User_user_permissions", "account.EmailAddress"),
        ),
    ),
    Keeping(
        SIGNED_IN,
        "When somebody last signed in",
        "So that accounts nobody uses are noticed.",
        "Administrators.",
        days("last_sign_in"),
        (),
        "the moment",
    ),
    Keeping(
        SIGNED_IN,
        "A second factor",
        "So that a password alone opens nothing.",
        "Nobody: keys are encrypted.",
        lambda: "Until it is taken away.",
        ("mfa.Authenticator",),
        "the public key of a passkey or the key of an app, and when it was last used",
    ),
    Keeping(
        SIGNED_IN,
        "One-time codes",
        "To sign in without a password.",
        "Nobody: only a hash is kept.",
        days("codes"),
        ("participants.SignInCode",),
    ),
    Keeping(
        SIGNED_IN,
        "Counts of attempts",
        "So that nobody guesses codes and passwords.",
        "Nobody: only a keyed hash of the address is kept.",
        days("codes"),
        ("participants.AttemptCount",),
    ),
    Keeping(
        SIGNED_IN,
        "Sessions",
        "To stay signed in, and to see where: the account, the kind of browser and the hour; no network address.",
        "Its owner.",
        lambda: (
            f"Until signing out; at most {int(STAFF_SESSION.total_seconds() // 3600)} hours for staff and "
            f"{_days(LONGEST_SESSION.days)} for rapporteurs."
        ),
        ("participants.BrowserSession",),
        "who is signed in, the address that was typed to ask for a code, what was sent and waits for a second factor",
    ),
    Keeping(
        SIGNED_IN,
        "That somebody is writing an outcome now",
        "So that two rapporteurs do not write over each other.",
        "Other rapporteurs of the session.",
        lambda: f"{int(PRESENT_FOR.total_seconds())} seconds.",
        ("outcomes.Presence",),
    ),
    Keeping(
        SIGNED_IN,
        "Who wrote, changed, decided and published what",
        "To answer for what is published here.",
        "The secretariat. Never the public.",
        lambda: "As long as the portal: without a name once the person is erased.",
        (
            *("outcomes.Outcome", "outcomes.StatusChange", "outcomes.ReportStatusChange", "events.EventStatusChange"),
            *("outcomes.Comment", "outcomes.OutcomeMerge", "outcomes.Publication", "participants.Change"),
            *("participants.Distinction", "admin.LogEntry", "events.Allowance"),
            "outcomes.KeptDocument",
        ),
        "what was changed from what to what, and when",
    ),
    Keeping(
        SIGNED_IN,
        "Drafts that were deleted",
        "So that a slip can be taken back.",
        "Whoever deleted it.",
        lambda: _days(DELETED_KEPT.days) + ".",
    ),
    Keeping(
        SIGNED_IN,
        "The text of mail that was sent",
        "To see whether mail goes out.",
        "Nobody: codes and personal links are emptied as soon as they are sent.",
        days("mail_texts"),
    ),
    Keeping(
        SIGNED_IN,
        "That mail was sent, to whom and when",
        "To answer whether somebody was written to.",
        "Administrators.",
        days("mail"),
        ("participants.OutgoingMail",),
    ),
    Keeping(
        SIGNED_IN,
        "Jobs of the worker and their results",
        "To take up what broke off.",
        "Whoever runs the server.",
        days("tasks"),
        ("django_tasks_database.DBTaskResult",),
        "keys of records",
    ),
    Keeping(
        FOR_A_TIME,
        "The file, its rows, and what they changed",
        "So that an import can be checked, and taken back.",
        "The member of staff who imports, and others who work on that dialogue.",
        lambda: f"{_days(IMPORTS_KEPT.days)} after the last step.",
        ("participants.Import", "participants.ImportRow", "participants.ImportChange"),
    ),
    Keeping(
        FOR_A_TIME,
        "What two records of one person said before they became one",
        "So that a mistake can be undone.",
        "Administrators.",
        lambda: _days(UNDO_FOR.days) + ".",
        ("participants.Merge",),
    ),
    Keeping(
        FOR_A_TIME,
        "That somebody was erased, and where texts still name them",
        "So that we can show that we did it, and finish it.",
        "Administrators. It does not say who it was.",
        lambda: f"The list of texts {_days(LIST_KEPT.days)}; that it was done as long as the portal.",
        ("participants.Erasure",),
    ),
    Keeping(
        FOR_A_TIME,
        "Lists taken as a file, and what is sent to people who ask what we keep",
        "To work with the list; to answer the person.",
        "Whoever took it.",
        lambda: "Not kept here: made while it is sent.",
    ),
]


def table() -> str:
    """Return the table of `docs/operators.md`."""
    lines = ["| what | how long | tables |", "| --- | --- | --- |"]
    for one in KEEPING:
        if one.whom != EVERYBODY:
            labels = ", ".join(f"`{label}`" for label in one.labels) or "–"
            lines.append(f"| {one.what} | {one.how_long().rstrip('.')} | {labels} |")
    return "\n".join(lines)
