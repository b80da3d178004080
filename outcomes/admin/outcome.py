from django.contrib import admin
from django.urls import path

from outcomes.admin.review import OutcomeReview, ReviewQueue
from outcomes.models import Outcome


@admin.register(Outcome)
class OutcomeAdmin(admin.ModelAdmin):
    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(view.as_view(model_admin=self))

        return [
            path("review/", page(ReviewQueue), name="outcomes_outcome_queue"),
            path("<int:pk>/review/", page(OutcomeReview), name="outcomes_outcome_review"),
            *super().get_urls(),
        ]
