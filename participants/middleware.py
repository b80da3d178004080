from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.shortcuts import redirect, resolve_url

from participants import audit, idle, second_factor
from participants.signed_in import KNOWN_AGE, known_cookie


class PrivateResponses:
    """Whatever read the session or sets a cookie is for one reader and is kept nowhere."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if response.cookies or (session is not None and session.accessed):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class KnownBrowser:
    """Lets a browser in which staff have signed in keep that they have: the next time they get no mail about it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "known_to", None):
            response.set_cookie(
                settings.KNOWN_COOKIE_NAME,
                known_cookie(request),
                max_age=KNOWN_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


class SecondFactor:
    """Staff pages open only to staff who have shown a second factor in this session, the admin while it is in use."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "idle_after", None) and idle.is_use(request) and request.user.is_authenticated:
            idle.note_use(request, response)
        return response

    def process_view(self, request, view, args, kwargs):
        """Send staff without one to set it up or to show it; everybody else passes, to be judged by the view."""
        if not settings.REQUIRE_SECOND_FACTOR or not request.path.startswith(guarded()):
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff:
            return None
        if has_shown_second_factor(request):
            if not request.path.startswith(resolve_url("admin:index")):
                return None  # the desk never asks in the middle of a sentence
            if not idle.was_left_alone(request):
                request.idle_after = int(idle.IDLE.total_seconds())
                return None
        if not is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]):
            return redirect("mfa_index")
        return second_factor.ask_again(request, resolve_url("mfa_reauthenticate"))

    def process_exception(self, request, exception):
        """Ask before allauth does, which would keep more of the request."""
        if not isinstance(exception, ReauthenticationRequired):
            return None
        ways = get_adapter().get_reauthentication_methods(request.user)
        return second_factor.ask_again(request, ways[0]["url"] if ways else resolve_url("account_login"))


def guarded() -> tuple[str, ...]:
    """Where the pages of staff begin; rapporteurs share some and pass without a second factor."""
    return resolve_url("admin:index"), resolve_url("outcomes:desk"), resolve_url("signed-in")


def has_shown_second_factor(request) -> bool:
    """Whether this session has seen an app, a passkey or a recovery code that the person signed in still has."""
    records = get_authentication_records(request, request.user)
    shown = {record.get("id") for record in records if record.get("method") == "mfa"}
    return bool(shown) and Authenticator.objects.filter(user=request.user, pk__in=shown).exists()


class Refusals:
    """Notes in the audit log that somebody was refused or asked too often: by the name of the page, not its address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        act = {403: audit.Act.REFUSED, 429: audit.Act.LIMITED}.get(response.status_code)
        if act is not None:
            page = request.resolver_match.view_name if request.resolver_match else None
            audit.record(act, by=audit.who(request), page=page or "unknown", method=request.method.lower())
        return response
