"""The pages on which staff sign in, and set up and use a second factor: allauth's, opened to staff alone."""

from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.reauthentication import is_reauthentication_required, suspend_request
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.base import views as base
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import path
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.generic.edit import FormMixin

from participants import idle, notices, signed_in


def for_staff(view):
    """Others who are signed in get 404, who is not signed in is sent to sign in."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect(f"{resolve_url('account_login')}?{urlencode({'next': request.path})}")
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(guarded)


# What a request that waits needs; neither where it came from nor by which browser is written into a session (ADR 37).
KEPT_OF_REQUEST = {
    *("CONTENT_TYPE", "CSRF_COOKIE", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_HOST", "HTTP_X_FORWARDED_PROTO"),
    *("PATH_INFO", "QUERY_STRING", "REQUEST_METHOD", "SCRIPT_NAME", "SERVER_NAME", "SERVER_PORT"),
}


def ask_again(request, to: str) -> HttpResponse:
    """Send to a page that asks who it is; allauth keeps what was sent, and sends it once that is proved.

    Passwords are not kept, and neither are files: whoever chose one is told.
    """
    if request.method != "POST" or not idle.is_page(request):  # what a script sends, it keeps and sends again
        return redirect(f"{to}?{urlencode({'next': request.get_full_path()})}")
    if request.FILES:
        messages.warning(request, "The file you chose could not be kept meanwhile: choose it again.")
    request.POST = request.POST.copy()
    for name in [name for name in request.POST if "password" in name]:
        del request.POST[name]
    meta = request.META
    request.META = {name: value for name, value in meta.items() if name in KEPT_OF_REQUEST}
    suspend_request(request, to)
    request.META = meta
    return redirect(f"{to}?{urlencode({'next': request.path})}")  # allauth takes it up under its path alone


def prove_again(request) -> None:
    """Ask for the password or a factor again, unless this session gave one within the last five minutes."""
    if settings.REQUIRE_SECOND_FACTOR and is_reauthentication_required(request, app="account"):
        raise ReauthenticationRequired


class Sensitive(FormMixin):
    """A form that changes how somebody signs in: whoever else is in the account is out, and its owner hears of it."""

    request: Any
    what: notices.What

    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            self.was_shown()
            signed_in.end_others(self.request)
            notices.tell(self.request.user, self.what, device=signed_in.device_of(self.request))
        return response

    def was_shown(self) -> None:
        """Count a factor as used where the form has shown that it works."""

    def count_as_used(self, kind: str) -> None:
        """Note that this session has seen the newest factor of a kind."""
        mine = Authenticator.objects.filter(user=self.request.user, type=kind)
        post_authentication(self.request, mine.latest("pk"))


class ActivateApp(Sensitive, totp.ActivateTOTPView):
    """Setting up an authenticator app shows that it works, so it counts as having used it."""

    what = notices.What.APP_ADDED

    def was_shown(self):
        self.count_as_used(Authenticator.Type.TOTP)


class RemoveApp(Sensitive, totp.DeactivateTOTPView):
    what = notices.What.APP_REMOVED


class AddPasskey(Sensitive, webauthn.AddWebAuthnView):
    """Adding a passkey shows that it works, so it counts as having used it."""

    what = notices.What.PASSKEY_ADDED

    def was_shown(self):
        self.count_as_used(Authenticator.Type.WEBAUTHN)


class RemovePasskey(Sensitive, webauthn.RemoveWebAuthnView):
    what = notices.What.PASSKEY_REMOVED


class MakeRecoveryCodes(Sensitive, recovery_codes.GenerateRecoveryCodesView):
    what = notices.What.RECOVERY_CODES_MADE


class ChangePassword(Sensitive, account.PasswordChangeView):
    what = notices.What.PASSWORD_CHANGED


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("reauthenticate/", for_staff(account.reauthenticate), name="account_reauthenticate"),
    path("password/", for_staff(ChangePassword.as_view()), name="account_change_password"),
    path("second-factor/", for_staff(base.index), name="mfa_index"),
    path("second-factor/enter/", never_cache(base.authenticate), name="mfa_authenticate"),
    path("second-factor/again/", for_staff(base.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/app/", for_staff(ActivateApp.as_view()), name="mfa_activate_totp"),
    path("second-factor/app/remove/", for_staff(RemoveApp.as_view()), name="mfa_deactivate_totp"),
    path(
        "second-factor/recovery-codes/", for_staff(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "second-factor/recovery-codes/new/",
        for_staff(MakeRecoveryCodes.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path("second-factor/passkeys/", for_staff(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("second-factor/passkeys/add/", for_staff(AddPasskey.as_view()), name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/again/", for_staff(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("second-factor/passkeys/<int:pk>/remove/", for_staff(RemovePasskey.as_view()), name="mfa_remove_webauthn"),
    path("second-factor/passkeys/<int:pk>/name/", for_staff(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
