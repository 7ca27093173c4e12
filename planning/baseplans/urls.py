"""Addresses of base planning."""

from django.urls import path

from planning.baseplans import views

app_name = "baseplans"

urlpatterns = [
    path("", views.plans, name="list"),
    path("avvikelser/", views.deviations, name="deviations"),
    path("<int:pk>/", views.plan, name="plan"),
    path("<int:pk>/lagg-till/<int:week>/<int:weekday>/", views.add_visit, name="visit_add"),
    path("<int:pk>/kopiera/<int:source>/<int:target>/", views.copy_week, name="week_copy"),
    path("<int:pk>/veckor/", views.set_weeks, name="weeks"),
    path("<int:pk>/kasta/", views.discard, name="discard"),
    path("<int:pk>/spara/", views.save, name="save"),
    path("besok/<int:pk>/", views.visit, name="visit"),
    path("besok/<int:pk>/ta-bort/", views.remove_visit, name="visit_remove"),
]
