"""What staff do in a browser, for tests: sign in, open a form of the admin, type, save."""

import time

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.forms import CheckboxInput, MultiWidget
from django.forms.widgets import Input


def sign_in(client, user):
    """Give `client` a session of `user` in which a second factor was shown, and return it."""
    client.force_login(user)
    session = client.session
    app, _ = Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "id": app.pk, "at": time.time()}]
    session.save()
    return client


def filled(response) -> dict:
    """Return what a browser would post from the form on a change page, inlines included."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {name: value for form in forms for field in form for name, value in posted(field)}


def posted(field):
    """Yield what a browser sends for one field as it stands: nothing for what is empty, unticked or a file."""
    widget, value = field.field.widget, field.value()
    if value is None or value is False or value == "" or widget.needs_multipart_form:
        return
    if isinstance(widget, MultiWidget):
        for index, (part, shown) in enumerate(zip(widget.widgets, widget.decompress(value), strict=True)):
            yield f"{field.html_name}_{index}", part.format_value(shown)
    elif isinstance(widget, Input) and not isinstance(widget, CheckboxInput):
        yield field.html_name, widget.format_value(value)
    else:
        yield field.html_name, value


def save(client, url, **changes):
    """Open a change page, type `changes`, press Save."""
    data = filled(client.get(url)) | changes
    return client.post(url, data)


def saved(response) -> bool:
    """Whether the form was taken; if not, the test shows why."""
    if response.status_code == 200:
        problems = [response.context["adminform"].form.errors]
        problems += [inline.formset.errors for inline in response.context["inline_admin_formsets"]]
        raise AssertionError(problems)
    return response.status_code == 302
