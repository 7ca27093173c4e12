"""Addresses of the provider register."""

from django.urls import path

from procurement.contracts import views

app_name = "contracts"

urlpatterns = [
    path("", views.register, name="register"),
    path("egen-regi/", views.own_unit, name="own_unit"),
    path("valj/", views.choose, name="choose"),
]
