"""What staff are suggested and what lists can be narrowed by: every field of every model, asked for by its name.

A suggestion shows a row; a filter that finds or does not find one tells of a field that is not shown.
"""

import json

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.test import Client, RequestFactory
from django.urls import reverse

from participants.models import Change, Person
from tests.factories import UserFactory
from tests.matrix.world import FOREIGN, of_events, rows_of

# What institutions share, and staff of all of them may be suggested.
SHARED = {
    "editor": {"participants.Person", "participants.Organisation", "events.EventSeries", "outcomes.Theme"},
    "reviewer": {"outcomes.Theme"},
}


def questions() -> list[dict]:
    """Return what Django's suggestions can be asked: a field of any model that leads to another, forwards or back."""
    return [
        {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if hasattr(field.remote_field, "model")
    ]


def suggested(client, **question) -> tuple[set[str], str]:
    """Return the keys that are suggested, and all that is said."""
    answer = client.get(reverse("admin:autocomplete"), question)
    said = answer.content.decode()
    return {one["id"] for one in json.loads(said)["results"]} if answer.status_code == 200 else set(), said


@pytest.mark.parametrize("term", ["", FOREIGN])
def test_nothing_foreign_is_suggested_whatever_field_asks(world, clients, term):
    asking = {role: client for role, client in clients.items() if not term or role in SHARED}
    found, offered = [], {role: set() for role in asking}
    for question in questions():
        model = apps.get_model(question["app_label"], question["model_name"])
        remote = model._meta.get_field(question["field_name"]).related_model
        for role, client in asking.items():
            keys, said = suggested(client, term=term, event=world.theirs.event.pk, **question)
            label = remote._meta.label
            offered[role] |= {label} if keys else set()
            if of_events(remote):
                wrong = keys & {str(pk) for pk in rows_of(remote, world.theirs.event).values_list("pk", flat=True)}
            else:
                wrong = keys if label not in SHARED.get(role, ()) else set()
            if wrong or (FOREIGN in said.casefold() and label not in SHARED.get(role, ())):
                found.append((role, question, said))

    assert found == []
    if not term:
        assert offered["rapporteur"] == offered["outsider"] == set()
        assert offered["editor"] > SHARED["editor"]  # and what is theirs
        assert offered["reviewer"] >= {"events.Event", "events.Session", "outcomes.Theme"}


def test_every_field_that_suggests_is_answered(world):
    root = Client()
    root.force_login(UserFactory(is_superuser=True, groups=["Administrators"]))
    request = RequestFactory().get("/")
    request.user = UserFactory(is_superuser=True)
    asked = {
        (page.opts.app_label, page.opts.model_name, name)
        for page in admin.site._registry.values()
        for name in page.get_autocomplete_fields(request)
    }
    answers = {
        question: root.get(
            reverse("admin:autocomplete"), dict(zip(("app_label", "model_name", "field_name"), question, strict=True))
        ).status_code
        for question in asked
    }

    assert ("participants", "user", "institutions") in asked
    assert set(answers.values()) == {200}, answers


def offered_by(page, request) -> set[str]:
    """Return the fields that a list may be narrowed by: its filters, its days, and what links to it name."""
    filters = [one[0] if isinstance(one, tuple) else one for one in page.get_list_filter(request)]
    names = {one for one in filters if isinstance(one, str)}
    names |= {one.parameter_name for one in filters if not isinstance(one, str) and issubclass(one, SimpleListFilter)}
    return names | {page.date_hierarchy} | set(getattr(page, "narrowed_by", ()))


def test_no_list_is_narrowed_by_what_it_does_not_offer(world):
    """Else whoever sees a row could try out what stands in the fields that they do not see."""
    request = RequestFactory().get("/")
    request.user = UserFactory(is_superuser=True, groups=["Administrators"])
    found, refused = [], 0
    for page in admin.site._registry.values():
        if page.opts.app_label not in ("participants", "events", "outcomes") or page.model is Change:
            continue  # the log has a form of its own for what it is asked
        offered = offered_by(page, request)
        for field in page.model._meta.get_fields():
            names = {field.name, getattr(field, "attname", field.name)}
            for lookup in [f"{name}{how}" for name in names for how in ("", "__startswith", "__isnull", "__pk")]:
                allowed = page.lookup_allowed(lookup, "1", request)
                refused += not allowed
                if allowed and field.name not in offered:
                    found.append((page.opts.label, lookup))

    assert found == []
    assert refused > 500


def test_private_address_of_somebody_is_not_found_by_trying(world, clients):
    """The case behind the test above, in the words of who would try."""
    list_of_people = reverse("admin:participants_person_changelist")

    assert Person.objects.filter(email__startswith=FOREIGN).exists()
    assert clients["editor"].get(list_of_people, {"email__startswith": FOREIGN}).status_code == 400
    assert clients["editor"].get(list_of_people, {"email__startswith": "nobody"}).status_code == 400
    exported = clients["editor"].post(
        reverse("admin:participants_person_export") + f"?email__startswith={FOREIGN}", {"format": "csv"}
    )
    assert exported.status_code == 400


def test_search_of_a_list_finds_nothing_foreign(world, clients):
    found = []
    for page in admin.site._registry.values():
        if of_events(page.model) and page.search_fields:
            address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
            for role in ("editor", "reviewer"):
                for query in ({"q": FOREIGN}, {"q": FOREIGN, "event": world.theirs.event.pk}):
                    answer = clients[role].get(address, query)
                    if answer.status_code == 200 and answer.context["cl"].result_list:
                        found.append((role, page.opts.label, query))

    assert found == []
