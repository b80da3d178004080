import datetime as dt

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from participants import notices, sign_in
from participants.adapter import STAFF_SESSION
from participants.models import AttemptCount
from participants.text import canonical_email

SECOND_FACTORS = {"limit": 10, "per": dt.timedelta(minutes=15)}


class CanonicalEmailField(forms.EmailField):
    """An e-mail address in the one form under which accounts are stored, however it was typed."""

    def to_python(self, value):
        return canonical_email(super().to_python(value) or "")


class EmailForm(forms.Form):
    """Where the code shall go."""

    email = CanonicalEmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "enterkeyhint": "send", "spellcheck": "false"}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address such as name@example.org."),
        },
    )


class CodeForm(forms.Form):
    """The code as it was typed or pasted."""

    code = forms.CharField(
        label=_("Code"),
        max_length=100,
        help_text=_("Eight letters and digits. Capitals, spaces and the hyphen do not matter."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "autocorrect": "off",
                "inputmode": "text",
                "enterkeyhint": "go",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Enter the code from the mail.")},
    )

    def clean_code(self):
        code = sign_in.clean_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("Enter all eight letters and digits of the code, as they stand in the mail."))
        return code

    def refuse(self, tries_left: int) -> None:
        """Say at the field that the code was wrong."""
        if tries_left:
            words = ngettext(
                "That is not the code of the newest mail. You have one try left.",
                "That is not the code of the newest mail. You have %(count)d tries left.",
                tries_left,
            ) % {"count": tries_left}
        else:
            words = _("That is not the code of the newest mail. No tries are left: ask for a new code.")
        self.add_error("code", words)


class StaffLoginForm(LoginForm):
    """Address and password of a member of the staff."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = CanonicalEmailField(
            label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
        )
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password"])

    def login(self, request, redirect_url=None):
        response = super().login(request, redirect_url=redirect_url)
        request.session.set_expiry(STAFF_SESSION)
        return response


class LimitedCode(forms.Form):
    """Counts each try of a second factor in the database, before it is looked at."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        widget = self.fields["code"].widget
        widget.attrs.pop("placeholder", None)
        widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}

    def clean_code(self):
        if not AttemptCount.objects.take("second factor", self.user.email, **SECOND_FACTORS):
            raise get_adapter().validation_error("too_many_login_attempts")
        code = super().clean_code()
        AttemptCount.objects.forget("second factor", self.user.email)
        return code


class ToldOfRecoveryCodes(LimitedCode):
    """Whoever's recovery code was used hears of it: it was kept for the day on which everything else is lost."""

    def save(self):
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            notices.tell(self.user, notices.What.RECOVERY_CODE_USED)


class SecondFactorForm(ToldOfRecoveryCodes, AuthenticateForm):
    """A code of the authenticator app or a recovery code, while signing in."""


class SecondFactorAgainForm(ToldOfRecoveryCodes, ReauthenticateForm):
    """The same, of somebody who is signed in already."""


class ActivateAppForm(LimitedCode, ActivateTOTPForm):
    """The first code of a new authenticator app."""


class PasswordOfSomebodyForm(AdminPasswordChangeForm):
    """The password that an administrator gives an account; whose it is, is told and signed out everywhere."""

    def save(self, commit=True):
        user = super().save(commit=commit)
        user.end_sessions()
        notices.tell(user, notices.What.PASSWORD_SET_BY_ADMINISTRATOR)
        return user
