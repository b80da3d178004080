import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, resolve_url
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from participants import audit, sign_in, signed_in
from participants.forms import CodeForm, EmailForm
from participants.lifetimes import CODE_LIFETIME, session_expiry
from participants.models import BrowserSession, SignInCode

ASKED = "sign_in"  # in the session of a browser that asked: address, next page, id of the code, secret of the browser
ASKED_AGE = 3600
TOO_MANY = _("Too many codes were asked for. Use the newest one, or try again in an hour.")


def local_path(target: str | None) -> str:
    """Return `target` where it is a path of this site, else an empty text."""
    if target and target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return ""


def ask_for_code(request, email: str, next_path: str, *, shown: str = "") -> None:
    """Ask for a code for this browser and remember what for; raises TooManyCodes.

    `shown` is what the next page calls the address where whoever asks did not type it and need not learn it.
    """
    session = request.session
    browser = session.get(ASKED, {}).get("browser") or secrets.token_urlsafe(32)
    pk = sign_in.ask(email, browser)
    session[ASKED] = {
        "email": email,
        "shown": shown or email,
        "next": next_path,
        "code": str(pk),
        "browser": browser,
    }
    session.set_expiry(ASKED_AGE)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignIn(FormView):
    """Asks for an address and answers the same to every one; `again` asks for what this browser asked for before."""

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

    def post(self, request, *args, **kwargs):
        before = request.session.get(ASKED) if "again" in request.POST else None
        if before is None:
            return super().post(request, *args, **kwargs)
        try:
            ask_for_code(request, before["email"], before["next"], shown=before["shown"])
        except sign_in.TooManyCodes:
            form = EmailForm()
            form.full_clean()
            return self.refuse(form)
        return redirect(self.success_url)

    def form_valid(self, form):
        try:
            ask_for_code(self.request, form.cleaned_data["email"], self.next)
        except sign_in.TooManyCodes:
            return self.refuse(form)
        return super().form_valid(form)

    def refuse(self, form):
        """Say that it was asked too often."""
        form.add_error("email", TOO_MANY)
        return self.render_to_response(self.get_context_data(form=form), status=429)


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

    def whose(self):
        """Return the key of the account that the code was asked for, None where nobody has the address."""
        return SignInCode.objects.filter(pk=self.asked["code"]).values_list("user", flat=True).first()

    def form_valid(self, form):
        try:
            user = sign_in.redeem(self.asked["code"], self.asked["browser"], form.cleaned_data["code"])
        except sign_in.WrongCode as wrong:
            audit.record(audit.Act.SIGN_IN_FAILED, account=self.whose(), method="code", tries_left=wrong.tries_left)
            form.refuse(wrong.tries_left)
            return self.form_invalid(form)
        except sign_in.CodeExpired:
            audit.record(audit.Act.SIGN_IN_FAILED, account=self.whose(), method="code", tries_left=0)
            form.add_error("code", _("This code no longer works: codes end after ten minutes. Ask for a new one."))
            return self.form_invalid(form)
        del self.request.session[ASKED]
        self.request.session.set_expiry(session_expiry(user))
        login(self.request, user)  # gives the session a new key
        signed_in.note(self.request, user)
        audit.record(audit.Act.SIGNED_IN, by=user, method="code")
        return redirect(self.asked["next"] or settings.LOGIN_REDIRECT_URL)


@never_cache
@require_POST
def sign_out(request):
    """End this session."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@method_decorator(never_cache, name="dispatch")
class SignOutEverywhere(LoginRequiredMixin, TemplateView):
    """Ends every session of the account, this one included, after a page that says so."""

    template_name = "registration/sign_out_everywhere.html"

    def post(self, request):
        request.user.end_sessions()
        audit.record(audit.Act.SIGNED_OUT_EVERYWHERE, by=request.user, account=request.user)
        logout(request)
        return redirect("sign-in")


@method_decorator(never_cache, name="dispatch")
class SignedIn(LoginRequiredMixin, TemplateView):
    """Shows people where they are signed in; POST `end` ends one of these sessions, `others` all but this one."""

    template_name = "registration/signed_in.html"

    def get_context_data(self, **kwargs):
        sessions = BrowserSession.objects.open_for(self.request.user)
        for one in sessions:
            one.is_this = one.session_key == self.request.session.session_key
        return super().get_context_data(sessions=sessions, **kwargs)

    def post(self, request):
        if "others" in request.POST:
            signed_in.end_others(request)
            audit.record(audit.Act.SIGNED_OUT_EVERYWHERE, by=request.user, account=request.user)
            messages.success(request, _("You are signed out everywhere but here."))
        elif signed_in.end_one(request, request.POST.get("end", "")):
            messages.success(request, _("That session has ended."))
        else:
            messages.info(request, _("That session was over already."))
        return redirect("signed-in")


@never_cache
def admin_sign_in(request):
    """Send staff to where they sign in, and back; who is signed in and is not staff has nothing to do there."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    target = local_path(request.GET.get("next")) or resolve_url("admin:index")
    if request.user.is_authenticated:
        return redirect(target)
    return redirect(f"{resolve_url('account_login')}?{urlencode({'next': target})}")
