"""Every action of every list of the admin, with keys of what is not theirs who post it: nothing changes or is told."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from events.models import Participation
from outcomes.models import Theme
from participants.models import User
from tests.downloads import body, words_in
from tests.factories import UserFactory
from tests.matrix.world import FOREIGN, differences, everything, of_events, rows_of

LISTS = {"export_csv", "export_xlsx"}

# What a reviewer may do with many at once, in events of their own institution; editors of what institutions share have
# the lists alone.
OF_REVIEWERS = LISTS | {"approve_selected", "publish_selected", "merge_selected"}


def actions_of(page) -> list[str]:
    """Return the name of each action that a list has for somebody: `page` is its admin."""
    request = RequestFactory().get("/")
    request.user = User(pk=1, is_superuser=True, is_active=True)
    return list(page.get_actions(request))


ACTIONS = {page: actions for page in admin.site._registry.values() if (actions := actions_of(page))}


def press(client, page, action: str, rows, **more):
    """Post an action with every answer that a page which asks first could want; return status and words."""
    data = {"action": action, "index": 0, "_selected_action": [row.pk for row in rows], "confirmed": "yes"}
    data |= {"post": "yes", "read": [f"{row.pk}:{getattr(row, 'version', 1)}" for row in rows]}
    data |= {"add": list(Theme.objects.values_list("pk", flat=True))}
    address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    answer = client.post(address, data | more)
    told = words_in(body(answer))
    if answer.status_code == 302 and "sign-in" not in answer["Location"]:
        told += answer["Location"] + words_in(body(client.get(address)))  # with the messages
    return answer.status_code, told.casefold()


def rows_in(page, half):
    """Return the rows of a list that belong to that event, and what stands in no event."""
    return list(rows_of(page.model, half.event) if of_events(page.model) else page.model._base_manager.all())


@pytest.mark.parametrize("across", ["0", "1"])
def test_bulk_action_on_what_is_foreign_changes_and_tells_nothing(world, clients, across):
    asking = clients if across == "0" else {role: clients[role] for role in ("rapporteur", "outsider")}
    found, before = [], everything()
    for page, actions in ACTIONS.items():
        rows = rows_in(page, world.theirs) if of_events(page.model) else []
        for action in actions if rows else ():
            for role, client in asking.items():
                status, told = press(client, page, action, rows, select_across=across)
                if FOREIGN in told or status not in (200, 302, 403, 422):
                    found.append((role, page.opts.label, action, status, told))
        if changes := differences(before, now := everything()):
            found.append((page.opts.label, actions, changes))
        before = now

    assert found == []
    exported = LogEntry.objects.filter(change_message__startswith="Exported")
    assert all("Exported 0 " in line for line in exported.values_list("change_message", flat=True))


def test_all_of_a_list_are_all_of_ones_own(world, clients):
    before, told = everything(), []
    for page, actions in ACTIONS.items():
        for action in actions if of_events(page.model) else ():
            if action.startswith("export_"):
                rows = rows_in(page, world.theirs)
                told.append(press(clients["editor"], page, action, rows, select_across="1")[1])

    assert differences(before, everything()) == []
    assert not any(FOREIGN in words for words in told)
    assert sum("harbour" in words for words in told) > 10


def test_bulk_action_that_is_not_for_them_changes_nothing(world, clients):
    found, before = [], everything()
    for page, actions in ACTIONS.items():
        may = {"editor": set(actions) if of_events(page.model) else LISTS, "reviewer": OF_REVIEWERS}
        for action in actions:
            for role, client in clients.items():
                if action not in may.get(role, ()):
                    press(client, page, action, rows_in(page, world.mine))
        if changes := differences(before, now := everything()):
            found.append((page.opts.label, actions, changes))
        before = now

    assert found == []


def test_each_action_does_something_to_what_is_ones_own(world, clients):
    """Else the tests above would press nothing."""
    root, before, worked = Client(), everything(), set()
    root.force_login(UserFactory(is_superuser=True, groups=["Administrators"]))
    Participation.objects.update(recorded_under="closed")
    before = everything()
    for page, actions in ACTIONS.items():
        for action in actions:
            with transaction.atomic():
                _, told = press(root, page, action, rows_in(page, world.mine))
                if differences(before, everything()) or "merge/" in told or "harbour" in told:
                    worked.add(action)
                transaction.set_rollback(True)

    assert worked == {action for actions in ACTIONS.values() for action in actions}
    assert all(rows_of(page.model, world.theirs.event) for page in ACTIONS if of_events(page.model))
