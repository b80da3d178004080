from outcomes.urls import desk, public

app_name = "outcomes"
urlpatterns = [*public.urlpatterns, *desk.urlpatterns]
