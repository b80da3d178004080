import secrets

from django.conf import settings
from django.contrib.auth import login, logout
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, resolve_url
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from participants import sign_in
from participants.forms import CodeForm, EmailForm
from participants.lifetimes import CODE_LIFETIME

ASKED = "sign_in"  # in the session of a browser that asked: address, next page, id of the code, secret of the browser
ASKED_AGE = 3600


def local_path(target: str | None) -> str:
    """Return `target` where it is a path of this site, else an empty text."""
    if target and target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return ""


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignIn(FormView):
    """Asks for an address and answers the same to every one."""

    form_class = EmailForm
    template_name = "registration/sign_in.html"
    success_url = reverse_lazy("sign-in-code")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return redirect(self.next or resolve_url(settings.LOGIN_REDIRECT_URL))
        return super().dispatch(request, *args, **kwargs)

    @property
    def next(self):
        return local_path(self.request.POST.get("next") or self.request.GET.get("next"))

    def get_context_data(self, **kwargs):
        password = resolve_url("account_login")
        return super().get_context_data(
            next=self.next,
            password_url=f"{password}?{urlencode({'next': self.next})}" if self.next else password,
            **kwargs,
        )

    def form_valid(self, form):
        session, email = self.request.session, form.cleaned_data["email"]
        browser = session.get(ASKED, {}).get("browser") or secrets.token_urlsafe(32)
        try:
            pk = sign_in.ask(email, browser)
        except sign_in.TooManyCodes:
            form.add_error("email", _("Too many codes were asked for. Use the newest one, or try again in an hour."))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        session[ASKED] = {"email": email, "next": self.next, "code": str(pk), "browser": browser}
        session.set_expiry(ASKED_AGE)
        return super().form_valid(form)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignInCodeEntry(FormView):
    """Takes the code, in the browser that asked for it."""

    form_class = CodeForm
    template_name = "registration/sign_in_code.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        self.asked = request.session.get(ASKED)
        if self.asked is None:
            return redirect("sign-in")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(asked=self.asked, minutes=int(CODE_LIFETIME.total_seconds() // 60), **kwargs)

    def form_valid(self, form):
        try:
            user = sign_in.redeem(self.asked["code"], self.asked["browser"], form.cleaned_data["code"])
        except sign_in.WrongCode as wrong:
            form.refuse(wrong.tries_left)
            return self.form_invalid(form)
        except sign_in.CodeExpired:
            form.add_error("code", _("This code no longer works: codes end after ten minutes. Ask for a new one."))
            return self.form_invalid(form)
        del self.request.session[ASKED]
        self.request.session.set_expiry(None)
        login(self.request, user)  # gives the session a new key
        return redirect(self.asked["next"] or settings.LOGIN_REDIRECT_URL)


@never_cache
@require_POST
def sign_out(request):
    """End this session."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
def admin_sign_in(request):
    """Send staff to where they sign in, and back; who is signed in and is not staff has nothing to do there."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    target = local_path(request.GET.get("next")) or resolve_url("admin:index")
    if request.user.is_authenticated:
        return redirect(target)
    return redirect(f"{resolve_url('account_login')}?{urlencode({'next': target})}")
