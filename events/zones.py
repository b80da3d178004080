"""Time zones by the names of the IANA database."""

import datetime as dt
import zoneinfo

from django.core.exceptions import ValidationError


def validate_time_zone(value: str) -> None:
    """Take IANA names only: an offset does not know when the clocks change."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            "“%(value)s” is no IANA time zone. Write it like America/Santiago.", params={"value": value}
        )


def offset_on(zone: zoneinfo.ZoneInfo, day: dt.date) -> str:
    """Return how far `zone` is from UTC at noon of `day`: "UTC−03:00"."""
    offset = f"{dt.datetime.combine(day, dt.time(12), zone):%:z}".replace("-", "−")
    return f"UTC{offset}"
