"""Addresses of the page of changes, under `planering/`."""

from django.urls import path

from planning.history import views

app_name = "history"
urlpatterns = [path("andringar/", views.changes, name="changes")]
