import datetime as dt

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import get_backends

from participants.models import AttemptCount

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

    def reauthenticate(self, user, password):
        """Whether this is the password of the person signed in, under the same limit as signing in."""
        again = self.authenticate(self.request, email=user.email, password=password)
        return again is not None and again.pk == user.pk

    def login(self, request, user):
        if not hasattr(user, "backend"):
            user.backend = f"{type(get_backends()[0]).__module__}.{type(get_backends()[0]).__qualname__}"
        super().login(request, user)
        request.session.set_expiry(STAFF_SESSION)
