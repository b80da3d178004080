"""Inviting rapporteurs: who they are, what speaks against writing to them, and the mail itself.

Inviting makes the account somebody signs in with, or ties the one that has their address to them. It never hands a
staff account, or the account of somebody else, to a person.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q
from django.utils.formats import date_format

from events.attribution import Rule
from events.deadline import Deadline
from events.models import Event, Invitation, NotAllowed, Participation, Role
from participants import history, mail
from participants.groups import STAFF_GROUPS
from participants.models import Person, User
from participants.text import canonical_email, masked_email


@dataclass
class Rapporteur:
    """A rapporteur of an event as whoever invites them sees it."""

    participation: Participation
    address: str  # where mail goes: that of the account, else of the person; "" without one
    account: User | None
    against: str  # why they cannot be invited, a sentence; "" if they can

    @property
    def person(self) -> Person:
        return self.participation.person

    @property
    def masked(self) -> str:
        """The address as far as it is shown."""
        return masked_email(self.address) if self.address else ""

    @property
    def places(self) -> list[str]:
        """What they report on, in words."""
        return places(self.participation)

    @property
    def invitation(self) -> Invitation | None:
        """The latest."""
        return next(iter(self.participation.invitations.all()), None)


def places(participation: Participation) -> list[str]:
    """Return what a rapporteur reports on, the event as a whole first, each session with the one it stands under."""
    roles: Any = participation.roles.all()
    sessions = [role.session for role in roles if role.role == Role.Role.RAPPORTEUR]
    named = [f"{session} ({session.parent})" if session.parent else str(session) for session in sessions if session]
    return ["The event as a whole", *named] if None in sessions else named


def rapporteurs(event: Event) -> list[Rapporteur]:
    """Return the rapporteurs of `event` by name, in a number of queries that does not grow with them."""
    everybody: Any = event.participations
    participations = (
        everybody.filter(roles__role=Role.Role.RAPPORTEUR)
        .select_related("person__user", "event")
        .prefetch_related(
            Prefetch("roles", Role.objects.select_related("session__parent").order_by("session__starts_at", "pk")),
            Prefetch("invitations", Invitation.objects.select_related("invited_by")),
        )
        .distinct()
    )
    people = [participation.person for participation in participations]
    by_address = User.objects.select_related("person").in_bulk(
        {canonical_email(person.email) for person in people if person.email}, field_name="email"
    )
    staff = set(_staff().filter(pk__in=[account.pk for account in by_address.values()]).values_list("pk", flat=True))
    found = []
    for participation in participations:
        person = participation.person
        account = person.user or by_address.get(canonical_email(person.email))
        address = account.email if account else canonical_email(person.email)
        against = _against(event, person, address, account, staff)
        found.append(Rapporteur(participation, address, account, against))
    return found


def _staff():
    return User.objects.filter(Q(is_superuser=True) | Q(groups__name__in=STAFF_GROUPS))


def _against(event: Event, person: Person, address: str, account: User | None, staff: set[int]) -> str:
    if event.status == Event.Status.WITHDRAWN:
        return "The event is withdrawn."
    try:
        validate_email(address)
    except ValidationError:
        return "This is no e-mail address." if address else "No e-mail address yet."
    if account is None:
        return ""
    if not account.is_active:
        return "The account is switched off."
    if account.pk == person.user_id:
        return ""
    if hasattr(account, "person"):
        return f"This address is that of another person’s account: {account.person}."
    if account.pk in staff:
        return "This address is that of a staff account. An administrator can tie that account to the person."
    return ""


@dataclass
class Invited:
    """What came of inviting several: the new invitations, and who could not be invited, with the reason."""

    new: list[Invitation]
    refused: list[tuple[Person, str]]


@transaction.atomic
def invite(event: Event, keys: Iterable[int], *, by, sending: uuid.UUID, by_mail: bool = True) -> Invited:
    """Invite the rapporteurs with the participations `keys`, each once for a form sent as `sending`.

    With `by_mail` each gets one mail that names everything they report on; else staff hand over the link themselves.
    Raises NotAllowed unless `by` may change the event.
    """
    if not Event.objects.editable_by(by).filter(pk=event.pk).exists():
        raise NotAllowed("Only editors of the event invite its rapporteurs.")
    event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)  # a second click waits for the first
    wanted, done = set(keys), set(Invitation.objects.filter(sending=sending).values_list("participation", flat=True))
    result = Invited([], [])
    for rapporteur in rapporteurs(event):
        participation = rapporteur.participation
        if participation.pk not in wanted or participation.pk in done:
            continue
        against = rapporteur.against or _tie_account(rapporteur, by)
        if against:
            result.refused.append((rapporteur.person, against))
            continue
        invitation = Invitation.objects.issue(participation, sending=sending, by=by, by_mail=by_mail)
        if by_mail:
            _write(invitation, rapporteur)
        result.new.append(invitation)
    return result


def _tie_account(rapporteur: Rapporteur, by: User) -> str:
    """Make sure that the person has the account of their address; return why not if it was given away meanwhile."""
    person, account = rapporteur.person, rapporteur.account
    if person.user_id:
        return ""
    if account is None:
        account, is_new = User.objects.get_or_create(
            email=rapporteur.address, defaults={"name": person.name[:200], "password": make_password(None)}
        )
        if not is_new:
            return "Somebody made an account with this address just now: try again."
    try:
        with transaction.atomic():
            tied = Person.objects.filter(pk=person.pk, user=None).update(user=account)
    except IntegrityError:
        tied = 0
    if not tied:
        return "Somebody changed the person or the account just now: try again."
    history.note(person, {"user": (None, account.pk)}, by=by, how="invitation")
    rapporteur.account = person.user = account
    return ""


def _write(invitation: Invitation, rapporteur: Rapporteur) -> None:
    event = rapporteur.participation.event
    mail.queue(
        to=rapporteur.address,
        subject=f"Invitation to report on {named_on_a_locked_screen(event)}",
        template="emails/invitation.txt",
        context={
            "name": rapporteur.person.full_name,
            "event": event,
            "places": rapporteur.places,
            "with_password": rapporteur.account is not None and rapporteur.account.is_staff,
            "deadline": Deadline.of(event),
            "address": invitation.address,
            "until": date_format(invitation.expires_at.astimezone(event.zone), "j F Y"),
        },
        key=f"invitation-{invitation.pk}",
        private=True,
    )


def named_on_a_locked_screen(event: Event) -> str:
    """Return how the subject of a mail to a rapporteur calls `event`: a subject is read by whoever sees the phone.

    No subject ever names a session, and a closed event not at all; the text names both to who reports on them.
    """
    return "a dialogue" if event.attribution == Rule.CLOSED else f"“{event.title}”"
