"""The page that an invitation's link opens: it says what is asked, and its button sends the code to sign in with."""

from django.contrib.auth import logout
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views import View
from django.views.decorators.cache import cache_control

from events.deadline import Deadline
from events.invitations import places
from events.models import Invitation, Session
from outcomes.places import Place
from participants.sign_in import TooManyCodes
from participants.text import masked_email
from participants.views import TOO_MANY, ask_for_code


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class DeskInvitation(View):
    """The link alone opens nothing else: the code goes to the account's address, which the page does not tell.

    GET changes nothing, since scanners follow links; wrong, expired and revoked links get the same answer.
    """

    http_method_names = ["get", "head", "post"]

    def get(self, request, token: str):
        """Say what is asked, or that the link no longer works."""
        return self.show()

    def post(self, request, token: str):
        """Send the code and go on to where it is typed; who is signed in already goes to their desk."""
        if self.invitation is None:
            return self.show()
        if request.user == self.account:
            self.note()
            return redirect(self.landing())
        if request.user.is_authenticated:
            logout(request)
        if self.account.is_staff:
            self.note()
            return redirect(f"{resolve_url('account_login')}?{urlencode({'next': self.landing()})}")
        try:
            ask_for_code(request, self.account.email, self.landing(), shown=masked_email(self.account.email))
        except TooManyCodes:
            return self.show(status=429, error=TOO_MANY)
        self.note()
        return redirect("sign-in-code")

    @cached_property
    def invitation(self) -> Invitation | None:
        return Invitation.objects.with_token(self.kwargs["token"])

    @property
    def account(self):
        return self.invitation.participation.person.user

    def show(self, *, status: int = 200, error: str = ""):
        request, invitation = self.request, self.invitation
        if invitation is None:
            return render(request, "outcomes/desk/invitation_gone.html", status=404)
        participation = invitation.participation
        context = {
            "event": participation.event,
            "places": places(participation),
            "deadline": Deadline.of(participation.event),
            "address": masked_email(self.account.email),
            "is_mine": request.user == self.account,
            "with_password": self.account.is_staff,
            "error": error,
        }
        return render(request, "outcomes/desk/invitation.html", context, status=status)

    def note(self) -> None:
        """Let staff see that the link was used."""
        Invitation.objects.filter(pk=self.invitation.pk, opened_at=None).update(opened_at=timezone.now())

    def landing(self) -> str:
        """Where to begin: the one session they report on, else the desk, which lists all of them."""
        event = self.invitation.participation.event
        sessions = list(Session.objects.reported_by(self.account).filter(event=event).select_related("event")[:2])
        return Place(event, sessions[0]).url() if len(sessions) == 1 else reverse("outcomes:desk")
