"""One factory a model, with traits for its states. Everything here is plainly made up."""

import datetime as dt
import uuid

import factory
from django.contrib.auth.models import Group
from django.utils import timezone
from factory.django import DjangoModelFactory

from events import models as events
from events.models.invitation import hash_token, token_of
from outcomes import models as outcomes
from participants import models as participants
from participants.groups import ADMINISTRATORS, EDITORS, REVIEWERS

PUBLISHED_AT = dt.datetime(2026, 3, 6, 9, 0, tzinfo=dt.UTC)


def member_of(*names):
    """Put a new user into groups; a plain list in a trait would take the place of what does it."""
    return factory.PostGeneration(
        lambda user, create, extracted, **kwargs: user.groups.add(*Group.objects.filter(name__in=extracted or names))
    )


class UserFactory(DjangoModelFactory):
    class Meta:
        model = participants.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.org")
    name = factory.Sequence(lambda n: f"User {n}")
    password = factory.django.Password("correct horse battery")

    groups = member_of()

    @factory.post_generation
    def institutions(user, create, extracted, **kwargs):  # noqa: N805 (factory_boy hands the new user)
        user.institutions.add(*extracted or ())

    class Params:
        editor = factory.Trait(groups=member_of(EDITORS), works_on="everything")
        editor_of_some = factory.Trait(groups=member_of(EDITORS))
        reviewer = factory.Trait(groups=member_of(REVIEWERS))
        administrator = factory.Trait(groups=member_of(ADMINISTRATORS))


class BrowserSessionFactory(DjangoModelFactory):
    class Meta:
        model = participants.BrowserSession

    session_key = factory.Sequence(lambda n: f"{n:032}")
    expire_date = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=1))
    device = "Firefox on Linux"


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = participants.Organisation

    name = factory.Sequence(lambda n: f"Institute of Made-up Affairs {n}")


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = participants.Person

    name = factory.Sequence(lambda n: f"Person Invented {n}")


class ChangeFactory(DjangoModelFactory):
    class Meta:
        model = participants.Change

    kind = "changed"
    record = "participants.person"
    key = factory.Sequence(lambda n: n + 1)


class MergeFactory(DjangoModelFactory):
    class Meta:
        model = participants.Merge

    of = "person"
    kept = factory.Sequence(lambda n: 2 * n + 1)
    lost = factory.Sequence(lambda n: 2 * n + 2)


class FormerAddressFactory(DjangoModelFactory):
    class Meta:
        model = participants.FormerAddress

    slug = factory.Sequence(lambda n: f"former-{n}")
    organisation = factory.SubFactory(OrganisationFactory)


class DistinctionFactory(DjangoModelFactory):
    class Meta:
        model = participants.Distinction

    of = "person"
    first = factory.Sequence(lambda n: 2 * n + 1)
    second = factory.Sequence(lambda n: 2 * n + 2)


class ErasureFactory(DjangoModelFactory):
    class Meta:
        model = participants.Erasure

    person = factory.Sequence(lambda n: 900_000 + n)


class OutgoingMailFactory(DjangoModelFactory):
    class Meta:
        model = participants.OutgoingMail

    key = factory.Sequence(lambda n: f"mail-{n}")
    to = "someone@example.org"
    subject = "A subject"
    body = "A body"


class SignInCodeFactory(DjangoModelFactory):
    class Meta:
        model = participants.SignInCode

    user = factory.SubFactory(UserFactory)
    browser_hash = factory.Sequence(lambda n: f"{n:064x}")


class AttemptCountFactory(DjangoModelFactory):
    class Meta:
        model = participants.AttemptCount

    key = factory.Sequence(lambda n: f"password:{n:064x}")
    window_starts_at = factory.LazyFunction(timezone.now)
    count = 1


class WorkerFactory(DjangoModelFactory):
    class Meta:
        model = participants.Worker

    id = factory.Sequence(lambda n: f"worker-{n}")


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = participants.Import

    kind = "participants"
    file_name = "list.csv"


class ImportRowFactory(DjangoModelFactory):
    class Meta:
        model = participants.ImportRow

    source = factory.SubFactory(ImportFactory)
    line = factory.Sequence(lambda n: n + 2)
    state = "new"
    fingerprint = factory.Sequence(lambda n: f"{n:032x}")


class ImportChangeFactory(DjangoModelFactory):
    class Meta:
        model = participants.ImportChange

    source = factory.SubFactory(ImportFactory, state="applied", applied_at=PUBLISHED_AT)
    model = "participants.person"
    record = factory.Sequence(lambda n: n)
    is_new = True


class KnownColumnFactory(DjangoModelFactory):
    class Meta:
        model = participants.KnownColumn

    kind = "participants"
    header = factory.Sequence(lambda n: f"header {n}")
    field = "name"


class EventSeriesFactory(DjangoModelFactory):
    class Meta:
        model = events.EventSeries

    name = factory.Sequence(lambda n: f"Series {n}")


class EventFactory(DjangoModelFactory):
    class Meta:
        model = events.Event

    title = factory.Sequence(lambda n: f"Dialogue {n}")
    starts_on = dt.date(2026, 3, 3)
    ends_on = factory.SelfAttribute("starts_on")
    attribution = "non_attributed"
    status = "published"
    published_at = PUBLISHED_AT

    class Params:
        draft = factory.Trait(status="draft", published_at=None)
        withdrawn = factory.Trait(status="withdrawn", withdrawn_at=PUBLISHED_AT)
        closed = factory.Trait(attribution="closed")
        chatham_house = factory.Trait(attribution="chatham_house")
        on_record = factory.Trait(attribution="on_record")


class EventStatusChangeFactory(DjangoModelFactory):
    class Meta:
        model = events.EventStatusChange

    event = factory.SubFactory(EventFactory)
    from_status = "draft"
    to_status = "published"


class AllowanceFactory(DjangoModelFactory):
    event = factory.SubFactory(EventFactory)
    record = "events.event"
    key = factory.SelfAttribute("event.pk")
    wording = "0" * 64
    reason = "It is the name of a lake."

    class Meta:
        model = events.Allowance


class EventPartnerFactory(DjangoModelFactory):
    class Meta:
        model = events.EventPartner

    event = factory.SubFactory(EventFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = events.Session

    event = factory.SubFactory(EventFactory)
    title = factory.Sequence(lambda n: f"Session {n}")

    class Params:
        closed = factory.Trait(attribution="closed")


class BreakoutGroupFactory(SessionFactory):
    class Meta:
        model = events.BreakoutGroup

    parent = factory.SubFactory(SessionFactory, event=factory.SelfAttribute("..event"))
    title = factory.Sequence(lambda n: f"Group {n}")


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = events.Participation

    event = factory.SubFactory(EventFactory)
    person = factory.SubFactory(PersonFactory)
    attendance = "in_person"

    class Params:
        public = factory.Trait(listing="public")


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = events.Invitation

    id = factory.LazyFunction(uuid.uuid4)
    participation = factory.SubFactory(ParticipationFactory)
    sending = factory.LazyFunction(uuid.uuid4)
    token_hash = factory.LazyAttribute(lambda invitation: hash_token(token_of(invitation.id)))


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = events.Role

    participation = factory.SubFactory(ParticipationFactory)
    role = "speaker"

    class Params:
        rapporteur = factory.Trait(role="rapporteur")


class QuoteFactory(DjangoModelFactory):
    class Meta:
        model = events.Quote

    event = factory.SubFactory(EventFactory)
    text = factory.Sequence(lambda n: f"Words said {n}.")
    consent = "given"


class ResourceFactory(DjangoModelFactory):
    class Meta:
        model = events.Resource

    event = factory.SubFactory(EventFactory)
    title = factory.Sequence(lambda n: f"Recording {n}")
    url = factory.Sequence(lambda n: f"https://media.example.org/{n}")
    is_public = True


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Theme

    name = factory.Sequence(lambda n: f"Theme {n}")


class OutcomeFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Outcome
        skip_postgeneration_save = True

    kind = "takeaway"
    event = factory.SubFactory(EventFactory)
    text = factory.Sequence(lambda n: f"What was agreed {n}.")

    class Params:
        submitted = factory.Trait(status="submitted", text_submitted=factory.SelfAttribute("text"))
        changes_requested = factory.Trait(status="changes_requested", text_submitted=factory.SelfAttribute("text"))
        approved = factory.Trait(status="approved", text_submitted=factory.SelfAttribute("text"))
        published = factory.Trait(
            status="published",
            text_submitted=factory.SelfAttribute("text"),
            published_at=PUBLISHED_AT,
            number=factory.Sequence(lambda n: n + 1),
        )
        merged = factory.Trait(
            status="merged",
            text_submitted=factory.SelfAttribute("text"),
            merged_into=factory.LazyAttribute(lambda o: OutcomeFactory(event=o.event, kind=o.kind, submitted=True)),
        )
        withdrawn = factory.Trait(
            status="withdrawn",
            text_submitted=factory.SelfAttribute("text"),
            published_at=PUBLISHED_AT,
            withdrawn_at=PUBLISHED_AT + dt.timedelta(days=1),
            number=factory.Sequence(lambda n: n + 1),
        )

    @factory.post_generation
    def themes(self, create, extracted, **kwargs):
        if create:
            for theme in extracted or []:
                OutcomeThemeFactory(outcome=self, theme=theme)
            outcomes.Outcome.objects.filter(pk=self.pk).settle()  # as every verb and form does


class CommentFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Comment

    outcome = factory.SubFactory(OutcomeFactory)
    text = factory.Sequence(lambda n: f"A comment {n}.")


class OutcomeMergeFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.OutcomeMerge

    survivor = factory.SubFactory(OutcomeFactory)
    version = 1
    status = "submitted"


class TakeawayFactory(OutcomeFactory):
    class Meta:
        model = outcomes.Takeaway

    kind = "takeaway"


class ActionFactory(OutcomeFactory):
    class Meta:
        model = outcomes.Action

    kind = "action"


class OutcomeThemeFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.OutcomeTheme

    outcome = factory.SubFactory(OutcomeFactory)
    theme = factory.SubFactory(ThemeFactory)


class StatusChangeFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.StatusChange

    outcome = factory.SubFactory(OutcomeFactory)
    from_status = "draft"
    to_status = "submitted"


class AddresseeFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Addressee

    action = factory.SubFactory(ActionFactory)
    actor_type = "state"


class ActionOwnerFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.ActionOwner

    action = factory.SubFactory(ActionFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class ActionUpdateFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.ActionUpdate

    action = factory.SubFactory(ActionFactory)
    on = dt.date(2026, 6, 1)
    text = factory.Sequence(lambda n: f"What happened {n}.")
    progress = "in_progress"


class PublicationFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Publication

    event = factory.SubFactory(EventFactory)
    due_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=1))


class PublicationItemFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.PublicationItem

    publication = factory.SubFactory(PublicationFactory)
    outcome = factory.SubFactory(OutcomeFactory, event=factory.SelfAttribute("..publication.event"), approved=True)
    version = 1


class PresenceFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Presence

    outcome = factory.SubFactory(OutcomeFactory)
    user = factory.SubFactory(UserFactory)


class RoundFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Round

    event = factory.SubFactory(EventFactory)
    opens_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=5))

    class Params:
        waiting = factory.Trait(opens_at=None)
        closed = factory.Trait(closes_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=1)))


class ContributionFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Contribution

    round = factory.SubFactory(RoundFactory)
    device_hash = factory.Sequence(lambda n: f"{n:064x}")
    takeaway = factory.Sequence(lambda n: f"What one phone offered {n}.")


class StatementGroupFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.StatementGroup

    round = factory.SubFactory(RoundFactory)
    kind = "takeaway"
    number = factory.Sequence(lambda n: n + 1)
    position = factory.SelfAttribute("number")


class PlacementFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Placement

    contribution = factory.SubFactory(ContributionFactory)
    kind = "takeaway"
    group = factory.SubFactory(
        StatementGroupFactory,
        round=factory.SelfAttribute("..contribution.round"),
        kind=factory.SelfAttribute("..kind"),
    )

    class Params:
        aside = factory.Trait(group=None, set_aside="A test")


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.Report

    event = factory.SubFactory(EventFactory)
    title = factory.Sequence(lambda n: f"Report {n}")

    class Params:
        published = factory.Trait(status="published", published_at=PUBLISHED_AT)


class ReportStatusChangeFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.ReportStatusChange

    report = factory.SubFactory(ReportFactory)
    from_status = "draft"
    to_status = "published"


class ReportSectionFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.ReportSection

    report = factory.SubFactory(ReportFactory)
    title = factory.Sequence(lambda n: f"Section {n}")


class DocumentPlanFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.DocumentPlan

    event = factory.SubFactory(EventFactory)


class KeptDocumentFactory(DjangoModelFactory):
    class Meta:
        model = outcomes.KeptDocument

    event = factory.SubFactory(EventFactory)
    format = "pdf"
