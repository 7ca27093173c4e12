"""Addresses of what only the demo has."""

from django.urls import path

from config import demo_views

app_name = "demo"

urlpatterns = [
    path("fram/", demo_views.advance, name="advance"),
    path("roller/", demo_views.roles, name="roles"),
    path("aterstall/", demo_views.reset, name="reset"),
]
