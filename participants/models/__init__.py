from participants.models.organisation import ActorType, Organisation
from participants.models.outbox import OutgoingMail
from participants.models.person import Person
from participants.models.user import User

__all__ = ["ActorType", "Organisation", "OutgoingMail", "Person", "User"]
