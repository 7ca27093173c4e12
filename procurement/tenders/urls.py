"""Addresses of tenders: an expert's own page, and what everybody may read."""

from django.urls import path

from procurement.tenders import public, views

app_name = "tenders"

urlpatterns = [
    path("", public.announced, name="announced"),
    path("<int:pk>/", public.announcement, name="public"),
    path("<int:pk>/underlag.pdf", public.document, name="document"),
    path("<int:pk>/fraga/", public.ask, name="ask"),
    path("<int:pk>/sakkunnig/", views.mine, name="mine"),
]
