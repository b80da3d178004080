import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from participants.groups import (
    ADMINISTRATORS,
    APPEND_ONLY,
    EDITOR_PERMISSIONS,
    EDITORS,
    REVIEWER_PERMISSIONS,
    REVIEWERS,
    grant_permissions,
)

pytestmark = pytest.mark.django_db


def granted(name):
    rows = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


TABLES = {EDITORS: EDITOR_PERMISSIONS, REVIEWERS: REVIEWER_PERMISSIONS}


@pytest.mark.parametrize("group", TABLES)
def test_group_has_exactly_what_its_table_says(group):
    table = {
        f"{app}.{action}_{model}"
        for app, models in TABLES[group].items()
        for model, actions in models.items()
        for action in actions
    }

    assert granted(group) == table


@pytest.mark.parametrize("group", TABLES)
def test_table_names_only_models_there_are(group):
    for app, models in TABLES[group].items():
        known = {model._meta.model_name for model in apps.get_app_config(app).get_models()}
        assert set(models) <= known


def test_each_group_has_what_the_one_below_it_has_and_more():
    assert granted(REVIEWERS) < granted(EDITORS) < granted(ADMINISTRATORS)
    assert {"participants.add_user", "participants.delete_person", "outcomes.change_theme"} <= granted(ADMINISTRATORS)


def test_reviewers_change_nothing_but_by_reviewing():
    actions = {permission.split(".")[1].split("_")[0] for permission in granted(REVIEWERS)}

    assert actions == {"view", "review"}


def test_editors_change_neither_accounts_nor_themes():
    forbidden = {"participants.add_user", "participants.change_user", "outcomes.change_theme", "outcomes.add_theme"}

    assert granted(EDITORS).isdisjoint(forbidden)


@pytest.mark.parametrize("group", [EDITORS, ADMINISTRATORS])
def test_nobody_changes_history(group):
    history = {model for model in APPEND_ONLY if model != "logentry"}

    lines = {"change", "eventstatuschange", "statuschange", "reportstatuschange"}
    assert history == lines | {"merge", "formeraddress", "distinction", "erasure"}
    for permission in granted(group):
        action, model = permission.split(".")[1].split("_", 1)
        assert model not in history or action == "view"


@pytest.mark.parametrize("group", [REVIEWERS, EDITORS, ADMINISTRATORS])
def test_only_reviewers_review(group, django_user_model):
    assert "outcomes.review_outcome" in granted(group)
    assert not django_user_model.objects.create_user("none@example.org").has_perm("outcomes.review_outcome")


def test_permissions_given_by_hand_are_taken_back_by_the_next_migrate():
    editors = Group.objects.get(name=EDITORS)
    editors.permissions.add(Permission.objects.get(codename="change_statuschange"))
    editors.permissions.remove(Permission.objects.get(codename="review_outcome"))

    grant_permissions(apps.get_app_config("outcomes"), using="default")

    assert "outcomes.change_statuschange" not in granted(EDITORS)
    assert "outcomes.review_outcome" in granted(EDITORS)
