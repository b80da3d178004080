"""The rapporteur's desk: what is mine to report on, write it, check it, hand it in, see what became of it."""

from outcomes.views.desk.check import DeskCheck
from outcomes.views.desk.comments import OutcomeComment
from outcomes.views.desk.delete import OutcomeDelete, OutcomeRestore
from outcomes.views.desk.moves import OutcomeMove, OutcomeSubmit, OutcomeTakeBack
from outcomes.views.desk.paste import DeskPaste
from outcomes.views.desk.place import DeskPlace, OutcomePresence, PlaceNow
from outcomes.views.desk.tasks import Desk
from outcomes.views.desk.write import OutcomeCreate, OutcomeEdit

__all__ = [
    "Desk",
    "DeskCheck",
    "DeskPaste",
    "DeskPlace",
    "OutcomeComment",
    "OutcomeCreate",
    "OutcomeDelete",
    "OutcomeEdit",
    "OutcomeMove",
    "OutcomePresence",
    "OutcomeRestore",
    "OutcomeSubmit",
    "OutcomeTakeBack",
    "PlaceNow",
]
