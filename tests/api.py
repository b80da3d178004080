"""What the tests of the API share: asking, paging through a list, and holding an answer against its description."""

import datetime as dt

from django.conf import settings
from rest_framework import serializers


def ask(client, address, status=200, **query):
    """Return what the API answers at `address`, which begins behind /api/v1/ or is whole."""
    response = client.get(address if address.startswith(("/", "http")) else f"/api/v1/{address}", query)
    assert response.status_code == status, (address, response.content[:500])
    return response.json()


def pages(client, address, **query):
    """Yield the pages of a list, following `next`."""
    page = ask(client, address, **query)
    yield page["results"]
    while page["next"]:
        page = ask(client, page["next"].removeprefix(settings.SITE_URL))
        yield page["results"]


def assert_described(serializer, told, where=""):
    """Fail where `told` has not exactly the fields of its serializer, each of its kind, in their order."""
    assert list(told) == list(serializer.fields), where or type(serializer).__name__
    for name, field in serializer.fields.items():
        _assert_value(field, told[name], f"{where}{type(serializer).__name__}.{name}")


def _assert_value(field, value, where):
    if value is None:
        assert field.allow_null, f"{where} is null"
    elif isinstance(field, serializers.ListSerializer):
        assert isinstance(value, list), where
        for one in value:
            assert_described(field.child, one, f"{where} > ")
    elif isinstance(field, serializers.Serializer):
        assert_described(field, value, f"{where} > ")
    elif isinstance(field, serializers.ListField):
        for one in value:
            _assert_value(field.child, one, where)
    elif isinstance(field, serializers.ChoiceField):
        assert value in field.choices, f"{where}: {value}"
    elif isinstance(field, serializers.BooleanField):
        assert isinstance(value, bool), where
    elif isinstance(field, serializers.IntegerField):
        assert type(value) is int, where
    elif isinstance(field, serializers.DateTimeField):
        assert dt.datetime.fromisoformat(value).tzinfo, where
    elif isinstance(field, serializers.DateField):
        assert dt.date.fromisoformat(value).isoformat() == value, where
    elif isinstance(field, serializers.URLField):
        assert value.startswith(("http://", "https://")), f"{where}: {value}"
    else:
        assert isinstance(value, str), where
