"""What the tests of constraints share: each one of the database is named in a table and hit once."""

from django.apps import apps


def constraints_of(app):
    """Return the names of every constraint on the tables of `app`."""
    return {
        constraint.name
        for model in apps.get_app_config(app).get_models()
        if model._meta.managed
        for constraint in model._meta.constraints
        if not model._meta.proxy
    }


def twice(make, **shared):
    """Return what makes the same thing two times; `shared` are values, or factories called once for both."""

    def again():
        fields = {name: value() if callable(value) else value for name, value in shared.items()}
        make(**fields)
        make(**fields)

    return again


def assert_names(error, constraint):
    """Check that the database refused because of `constraint`, as far as it says so.

    SQLite names the columns of a unique constraint; PostgreSQL names one constraint where several are broken, and a
    kind that is neither breaks what every kind must keep to as well.
    """
    message = str(error)
    if constraint == "outcome_kind_is_known":
        assert constraint in message or "outcome_follow_up_only_of_actions" in message
    else:
        assert constraint in message or "UNIQUE constraint failed" in message
