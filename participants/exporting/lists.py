"""The lists of people and organisations as files."""

from django.db.models import Exists, OuterRef

from participants.exporting import Column, Export
from participants.models import Person


class PersonExport(Export):
    name = "people"
    columns = (
        Column("Name", "name", says="As on the name plate, never split.", width=32),
        Column("Sorted as", "sort_name", says="Under what the person stands in lists, where that differs.", width=28),
        Column("Honorific", "honorific", says="H.E. Mr., Dr …"),
        Column(
            "E-mail address",
            lambda row: row.email if row.is_reachable else "",
            says="Private. Only of people who take part in an event of yours.",
            personal=True,
            width=32,
        ),
    )

    @classmethod
    def read(cls, rows, user):
        mine = Person.objects.reachable_by(user).filter(pk=OuterRef("pk"))
        return rows.annotate(is_reachable=Exists(mine.order_by()))


class OrganisationExport(Export):
    name = "organisations"
    columns = (
        Column("Name", "name", says="In full.", width=44),
        Column("Short name", "short_name", says="What stands in lists, such as FCDO."),
        Column("Kind", lambda row: row.get_actor_type_display(), says="State, UN entity, civil society …", width=28),
        Column("Country", lambda row: row.country.code, says="Two letters, ISO 3166; empty where none applies."),
        Column("Website", "website", says="Its address.", width=36),
        Column("Address", "slug", says="What its page is called on this site.", width=28),
    )
