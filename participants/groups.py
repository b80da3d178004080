"""The groups of staff and what each may do in the admin; for which events stands in the account (`User.works_on`).

Like Django's own permissions, the groups are made after `migrate`, so that an empty database already has them.
"""

from django.contrib.auth.models import Group, Permission

ADMINISTRATORS = "Administrators"
EDITORS = "Editors"
REVIEWERS = "Reviewers"
STAFF_GROUPS = (ADMINISTRATORS, EDITORS, REVIEWERS)

# App label → model names that editors may add, change, view and delete; where a list of actions stands, only those.
EDITOR_PERMISSIONS: dict[str, dict[str, list[str]]] = {
    "participants": {
        "organisation": ["add", "change", "view"],
        "person": ["add", "change", "view"],
        "change": ["view"],
        "import": ["view"],
    },
    "events": {
        "eventseries": ["add", "change", "view"],
        "event": ["add", "change", "view"],
        "session": ["add", "change", "view", "delete"],
        "breakoutgroup": ["add", "change", "view", "delete"],
        "eventpartner": ["add", "change", "view", "delete"],
        "participation": ["add", "change", "view", "delete"],
        "role": ["add", "change", "view", "delete"],
        "quote": ["add", "change", "view", "delete"],
        "resource": ["add", "change", "view", "delete"],
        "eventstatuschange": ["view"],
    },
    "outcomes": {
        "theme": ["view"],
        "outcome": ["add", "change", "view", "review"],
        "takeaway": ["add", "change", "view"],
        "action": ["add", "change", "view"],
        "actionowner": ["add", "change", "view", "delete"],
        "actionupdate": ["add", "change", "view", "delete"],
        "outcometheme": ["add", "change", "view", "delete"],
        "addressee": ["add", "change", "view", "delete"],
        "statuschange": ["view"],
        "report": ["add", "change", "view"],
        "reportsection": ["add", "change", "view", "delete"],
        "reportstatuschange": ["view"],
        "round": ["add", "change", "view"],
    },
}

# What reviewers see beside the review, which is all that they change; no participants, quotes, documents or rounds.
REVIEWER_PERMISSIONS: dict[str, dict[str, list[str]]] = {
    "participants": {},
    "events": {
        "event": ["view"],
        "session": ["view"],
        "breakoutgroup": ["view"],
        "eventpartner": ["view"],
        "eventstatuschange": ["view"],
    },
    "outcomes": {
        "theme": ["view"],
        "outcome": ["view", "review"],
        "takeaway": ["view"],
        "action": ["view"],
        "actionowner": ["view"],
        "actionupdate": ["view"],
        "outcometheme": ["view"],
        "addressee": ["view"],
        "statuschange": ["view"],
        "report": ["view"],
        "reportsection": ["view"],
        "reportstatuschange": ["view"],
    },
}

# Append-only records: nobody gets a permission to change or remove them, administrators included.
APPEND_ONLY = {"change", "eventstatuschange", "statuschange", "reportstatuschange", "logentry"}
APPEND_ONLY |= {"merge", "formeraddress", "distinction", "erasure"}  # written and taken back by their own pages


def grant_permissions(app_config, using, **kwargs):
    """Give each group its permissions on the models of `app_config`; run after each `migrate`."""
    if app_config.label not in EDITOR_PERMISSIONS:
        return
    tables = {EDITORS: EDITOR_PERMISSIONS[app_config.label], REVIEWERS: REVIEWER_PERMISSIONS[app_config.label]}
    permissions = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    by_group: dict[str, list[Permission]] = {name: [] for name in STAFF_GROUPS}
    for permission in permissions.select_related("content_type"):
        action, model = permission.codename.split("_", 1)[0], permission.content_type.model
        if model not in APPEND_ONLY or action == "view":
            by_group[ADMINISTRATORS].append(permission)
        for name, table in tables.items():
            if action in table.get(model, []):
                by_group[name].append(permission)
    for name, granted in by_group.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        revoked = set(group.permissions.filter(content_type__app_label=app_config.label)) - set(granted)
        group.permissions.remove(*revoked)
        group.permissions.add(*granted)
