"""Which organisations the public may know of."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from events.models import Event, EventPartner
from outcomes.models import ActionOwner
from participants.models import Organisation


def public_organisations() -> QuerySet[Organisation]:
    """Return partners of public events and owners of public actions: page, logo and sitemap all start here."""
    partner = EventPartner.objects.filter(organisation=OuterRef("pk"), event__in=Event.objects.public())
    owner = ActionOwner.objects.public().filter(organisation=OuterRef("pk"))
    return Organisation.objects.filter(Q(Exists(partner)) | Q(Exists(owner)))
