from participants.models.organisation import ActorType, Organisation
from participants.models.outbox import OutgoingMail
from participants.models.person import Person
from participants.models.sign_in import AttemptCount, SignInCode
from participants.models.user import User
from participants.models.worker import Worker

__all__ = ["ActorType", "AttemptCount", "Organisation", "OutgoingMail", "Person", "SignInCode", "User", "Worker"]
