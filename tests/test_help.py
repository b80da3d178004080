"""Every field of the admin's forms says what to write there."""

import pytest
from django.apps import apps
from django.contrib import admin

from participants.help import HELP, Helped
from participants.history_pages import WithHistory
from tests.staff import sign_in

CURATED = [(model, one) for model, one in admin.site._registry.items() if isinstance(one, WithHistory)]
PLAIN = {"event", "session", "outcome", "format"}  # their label says it, or there is nothing else to choose


def test_help_is_about_fields_that_are_there():
    for label, fields in HELP.items():
        assert set(fields) <= {field.name for field in apps.get_model(label)._meta.get_fields()}, label


@pytest.mark.parametrize("model, one", CURATED, ids=lambda value: getattr(value, "__name__", ""))
def test_every_field_of_a_form_says_what_to_write(rf, administrator, model, one):
    request = rf.get("/")
    request.user = administrator

    forms = {model: one.get_form(request)}
    for inline in one.get_inline_instances(request, None):
        assert isinstance(inline, Helped)
        formset = inline.get_formset(request)
        forms[inline.model] = formset.form
        formset.form.base_fields.pop(formset.fk.name, None)  # the record it stands in
    for of, form in forms.items():
        fields = {field.name for field in of._meta.fields} - PLAIN
        silent = [name for name, field in form.base_fields.items() if name in fields and not field.help_text]
        assert not silent, of


def test_help_stands_beside_the_field(client, editor):
    body = sign_in(client, editor).get("/admin/participants/person/add/").content.decode()

    assert HELP["participants.person"]["name"] in body
