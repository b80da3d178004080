from participants.models.browser_session import BrowserSession
from participants.models.change import Change, Kept
from participants.models.erasure import Erasure
from participants.models.imports import Import, ImportChange, ImportRow, KnownColumn
from participants.models.merge import Distinction, FormerAddress, Merge, MergedOf
from participants.models.organisation import ActorType, Organisation
from participants.models.outbox import OutgoingMail
from participants.models.person import Person
from participants.models.sign_in import AttemptCount, SignInCode
from participants.models.user import User
from participants.models.worker import Worker

__all__ = [
    "ActorType",
    "AttemptCount",
    "BrowserSession",
    "Change",
    "Distinction",
    "Erasure",
    "FormerAddress",
    "Import",
    "ImportChange",
    "ImportRow",
    "Kept",
    "KnownColumn",
    "Merge",
    "MergedOf",
    "Organisation",
    "OutgoingMail",
    "Person",
    "SignInCode",
    "User",
    "Worker",
]
