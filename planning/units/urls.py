"""Addresses of merging and splitting units, under `enheter/`."""

from django.urls import path

from planning.units import views

app_name = "units"
urlpatterns = [
    path("", views.moves, name="list"),
    path("ny/", views.new, name="new"),
    path("<int:pk>/angra/", views.cancel, name="cancel"),
]
