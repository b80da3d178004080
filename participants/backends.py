from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from participants.models.user import DEMO_DOMAIN, User


class StaffPasswords(AuthenticationBackend):
    """Passwords are for staff: with the right one anybody else is answered as with a wrong one.

    Permissions and the people of running sessions are looked up as Django does; the demo's accounts, whose password is
    public, are nobody unless DEBUG is on.
    """

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        self.unstash_authenticated_user()  # an inactive account gets no page of its own: that would tell it exists
        may = (user or User(pk=0)).is_staff  # asked of nobody too: as many queries as for the right password
        return user if may else None

    def user_can_authenticate(self, user):
        is_demo = user.email.endswith(f"@{DEMO_DOMAIN}")
        return super().user_can_authenticate(user) and (settings.DEBUG or not is_demo)
