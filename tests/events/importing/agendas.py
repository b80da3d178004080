"""Small agendas in the formats of other programs, all of one made-up forum."""

import json


def calendar(*events: str, head: str = "", zones: str = "") -> bytes:
    """Return a calendar of `events`, each a text of properties."""
    body = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//made up//EN\r\n{head}"
    return (head + zones + body + "END:VCALENDAR\r\n").replace("\r\n", "\n").replace("\n", "\r\n").encode()


def frab_event(**changes) -> dict:
    return {
        "id": 7,
        "guid": "5f2c1f5e-0000-4000-8000-000000000007",
        "date": "2026-03-03T09:00:00-03:00",
        "start": "09:00",
        "duration": "01:30",
        "room": "Sala Azul",
        "title": "Opening of the forum",
        "subtitle": "",
        "type": "Plenary",
        "abstract": "Words of <b>welcome</b>.",
        "description": "",
        "persons": [{"id": 1, "public_name": "Ana Inventada"}],
    } | changes


def frab(*events: dict, zone: str = "America/Santiago", date: str = "2026-03-03", **day) -> bytes:
    """Return a schedule with one day of `events`."""
    rooms: dict[str, list] = {}
    for event in events:
        rooms.setdefault(event["room"] or "", []).append(event)
    days = [{"index": 1, "date": date, "day_start": f"{date}T04:00:00-03:00", "rooms": rooms} | day]
    conference = {"acronym": "mu", "title": "Forum on made-up matters", "time_zone_name": zone, "days": days}
    return json.dumps({"schedule": {"version": "1", "conference": conference}}).encode()


FRAB_XML = b"""<?xml version="1.0" encoding="utf-8"?>
<schedule><conference><title>Forum on made-up matters</title>
<time_zone_name>America/Santiago</time_zone_name></conference>
 <day index="1" date="2026-03-03" start="2026-03-03T06:00:00-03:00" end="2026-03-04T06:00:00-03:00">
  <room name="Sala Azul">
   <event id="7" guid="5f2c1f5e-0000-4000-8000-000000000007">
    <date>2026-03-03T09:00:00-03:00</date><start>09:00</start><duration>01:30</duration>
    <title>Opening of the forum</title><subtitle></subtitle><type>Plenary</type>
    <abstract>Words of welcome.</abstract><persons><person id="1">Ana Inventada</person></persons></event>
   <event id="8"><start>00:30</start><duration>0:45</duration><title>Late reception</title><type>other</type></event>
  </room></day></schedule>"""

INDICO_EVENT = json.dumps(
    {
        "count": 1,
        "results": [
            {
                "id": "1",
                "title": "Forum on made-up matters",
                "timezone": "America/Santiago",
                "sessions": [
                    {
                        "id": "3",
                        "title": "Panel on water",
                        "startDate": {"date": "2026-03-03", "time": "10:00:00", "tz": "America/Santiago"},
                        "endDate": {"date": "2026-03-03", "time": "12:00:00", "tz": "America/Santiago"},
                        "room": "Sala Roja",
                        "conveners": [{"first_name": "Ben", "last_name": "Erfunden", "affiliation": "Institute"}],
                    }
                ],
                "contributions": [
                    {
                        "id": "4",
                        "title": "Rivers that are not",
                        "session": "Panel on water",
                        "startDate": {"date": "2026-03-03", "time": "10:00:00", "tz": "America/Santiago"},
                        "duration": 20,
                        "speakers": [{"fullName": "Inventada, Ana", "affiliation": "Office of Made-up Affairs"}],
                    }
                ],
            }
        ],
    }
).encode()

INDICO_TIMETABLE = json.dumps(
    {
        "results": {
            "1": {
                "20260303": {
                    "s3l5": {
                        "id": "s3l5",
                        "entryType": "Session",
                        "title": "Panel on water",
                        "slotTitle": "First part",
                        "startDate": {"date": "2026-03-03", "time": "10:00:00", "tz": "America/Santiago"},
                        "endDate": {"date": "2026-03-03", "time": "12:00:00", "tz": "America/Santiago"},
                        "entries": {
                            "s3l5c4": {
                                "id": "s3l5c4",
                                "entryType": "Contribution",
                                "title": "Rivers that are not",
                                "startDate": {"date": "2026-03-03", "time": "10:00:00", "tz": "America/Santiago"},
                                "endDate": {"date": "2026-03-03", "time": "10:20:00", "tz": "America/Santiago"},
                                "presenters": [{"name": "Inventada, Ana", "affiliation": "Office"}],
                            }
                        },
                    },
                    "b9": {
                        "id": "b9",
                        "entryType": "Break",
                        "title": "Pause",
                        "startDate": {"date": "2026-03-03", "time": "09:30:00", "tz": "America/Santiago"},
                        "endDate": {"date": "2026-03-03", "time": "10:00:00", "tz": "America/Santiago"},
                    },
                }
            }
        }
    }
).encode()
