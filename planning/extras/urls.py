"""Addresses of extra needs, under `extra/`. A need's own page is its case."""

from django.urls import path

from planning.extras import views

app_name = "extras"
urlpatterns = [
    path("", views.needs, name="list"),
    path("siffror/", views.figures, name="figures"),
    path("rapportera/", views.report, name="report"),
]
