from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from participants import audit, notices
from participants.models import User


class Command(BaseCommand):
    """The way back for somebody who has lost phone and recovery codes: no page can do this, and no mail asks for it."""

    help = "Take every second factor off an account and sign it out; it sets up a new one at its next sign-in."

    def add_arguments(self, parser):
        parser.add_argument("email", help="The address of the account, in any spelling.")

    @transaction.atomic
    def handle(self, *, email, **options):
        try:
            user = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            raise CommandError("Nobody has an account under this address.") from None
        taken, _ = Authenticator.objects.filter(user=user).delete()
        user.end_sessions()
        audit.record(audit.Act.FACTOR_REMOVED, account=user, number=taken)
        audit.record(audit.Act.SIGNED_OUT_EVERYWHERE, account=user)
        notices.tell(user, notices.What.FACTORS_TAKEN_OFF)
        self.stdout.write(f"{taken} taken off, signed out everywhere. The password stays as it was.")
