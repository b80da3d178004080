from django.contrib import admin

from events.models import Event

admin.site.register(Event)
