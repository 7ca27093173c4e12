"""Addresses of the services, under `insatser/`."""

from django.urls import path

from clients import services

app_name = "services"
urlpatterns = [
    path("", services.services, name="list"),
    path("ny/", services.add, name="add"),
    path("<int:pk>/", services.change, name="change"),
]
