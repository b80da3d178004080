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
