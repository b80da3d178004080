from django.urls import path, re_path

from events import calendars, cards, feeds
from events.views import cite, event, event_list, export, files
from events.views.reminders import Reminders
from participants.files import NAME

FORMAT = r"(?P<extension>csv|xlsx|jsonl?)"  # of a list as a file

CITED = r"(?P<extension>txt|bib|ris|json)"  # how things are cited

app_name = "events"
urlpatterns = [
    path("events/", event_list.EventList.as_view(), name="event-list"),
    re_path(rf"^events/export\.{FORMAT}$", export.EventFile.as_view(), name="event-file"),
    re_path(r"^events/(?P<slug>[-\w]+)/$", event.EventDetail.as_view(), name="event-detail"),
    re_path(r"^events/(?P<slug>[-\w]+)/card\.png$", cards.EventCard.as_view(), name="event-card"),
    re_path(rf"^events/(?P<slug>[-\w]+)/cite\.{CITED}$", cite.EventCite.as_view(), name="event-cite"),
    path("events.ics", calendars.EventCalendar.as_view(), name="event-calendar"),
    re_path(r"^events/(?P<slug>[-\w]+)\.ics$", calendars.EventProgramme.as_view(), name="event-programme"),
    path("feeds/events.atom", feeds.EventFeed.as_view(), name="event-feed"),
    path("reminders/<str:token>/", Reminders.as_view(), name="reminders"),
    re_path(rf"^media/events/{NAME}$", files.EventImage.as_view(), name="event-image"),
    re_path(rf"^media/resources/{NAME}$", files.ResourceFile.as_view(), name="resource-file"),
]
