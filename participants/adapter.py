import base64
import datetime as dt
import hashlib
from io import BytesIO

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import get_backends
from django.shortcuts import resolve_url
from qrcode.image.svg import SvgFillImage

from participants import audit, signed_in
from participants.models import AttemptCount, User
from participants.text import canonical_email

PASSWORDS = {"limit": 10, "per": dt.timedelta(minutes=15)}
STAFF_SESSION = dt.timedelta(hours=12)


class StaffAdapter(DefaultAccountAdapter):
    """How allauth signs staff in here: no sign-up, limits counted in the database, a session of one working day."""

    def is_open_for_signup(self, request):
        return False

    def pre_authenticate(self, request, **credentials):
        """Count the attempt before the password is looked at; a spelling of the address is no way round the limit."""
        if not AttemptCount.objects.take("password", credentials.get("email", ""), **PASSWORDS):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user is not None:
            AttemptCount.objects.forget("password", user.email)
            return user
        whose = User.objects.filter(email=canonical_email(credentials.get("email") or "")).first()
        audit.record(audit.Act.SIGN_IN_FAILED, account=whose, method="password")
        return None

    def validation_error(self, code, *args):
        """Every limit on attempts to sign in ends here, that of the second factor too."""
        if code == "too_many_login_attempts":
            audit.record(audit.Act.LIMITED, by=audit.who(self.request), page="account_login")
        return super().validation_error(code, *args)

    def reauthenticate(self, user, password):
        """Whether this is the password of the person signed in, under the same limit as signing in."""
        again = self.authenticate(self.request, email=user.email, password=password)
        return again is not None and again.pk == user.pk

    def get_login_redirect_url(self, request):
        return resolve_url("admin:index")

    def login(self, request, user):
        if not hasattr(user, "backend"):
            user.backend = f"{type(get_backends()[0]).__module__}.{type(get_backends()[0]).__qualname__}"
        super().login(request, user)
        request.session.set_expiry(STAFF_SESSION)
        signed_in.note(request, user)
        audit.record(audit.Act.SIGNED_IN, by=user, method="password")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the keys of authenticator apps and recovery codes encrypted: a copy of the database is no second factor."""

    def build_totp_svg(self, url):
        """The QR code on a white ground, so that it can be read in the dark palette too."""
        buffer = BytesIO()
        qrcode.make(url, image_factory=SvgFillImage).save(buffer)
        return buffer.getvalue().decode()

    def generate_authenticator_name(self, user, type):  # noqa: A002 - the name allauth calls it by
        """What a passkey is called unless its owner says otherwise."""
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def encrypt(self, text):
        return self._box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return self._box().decrypt(encrypted_text.encode()).decode()

    def _box(self):
        """The newest SECRET_KEY encrypts; those kept as fallbacks still decrypt."""
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        digests = [hashlib.sha256(b"participants.second_factor:" + key.encode()).digest() for key in keys]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
