"""Addresses of the clients: their list and page with planning in it, and the pages that change them."""

from django.urls import path

from clients import views
from planning.away import views as away
from planning.client import circumstances, people

app_name = "clients"

urlpatterns = [
    path("", people.clients, name="list"),
    path("ny/", views.add, name="add"),
    path("<int:pk>/", people.client, name="client"),
    path("<int:pk>/andra/", people.change, name="change"),
    path("<int:pk>/personnummer/", views.number, name="number"),
    path("<int:pk>/beslut/", views.add_decision, name="decision_add"),
    path("<int:pk>/bestallning/", views.add_order, name="order_add"),
    path("<int:pk>/franvaro/", circumstances.add_absence, name="absence_add"),
    path("<int:pk>/omsorgskontakt/", circumstances.care_contact, name="care_contact"),
    path("<int:pk>/onskemal/", circumstances.add_wish, name="wish_add"),
    path("<int:pk>/dubbelbemanning/", circumstances.add_double_staffing, name="double_staffing"),
    path("beslut/<int:pk>/", views.change_decision, name="decision_change"),
    path("beslut/<int:pk>/avsluta/", views.end_decision, name="decision_end"),
    path("bestallning/<int:pk>/", views.change_order, name="order_change"),
    path("bestallning/<int:pk>/avsluta/", views.end_order, name="order_end"),
    path("bestallning/<int:pk>/last/", views.read_order, name="order_read"),
    path("franvaro/<int:pk>/", circumstances.change_absence, name="absence_change"),
    path("franvaro/<int:pk>/foljder/", away.consequences, name="absence_consequences"),
    path("franvaro/<int:pk>/ta-bort/", circumstances.cancel_absence, name="absence_cancel"),
    path("onskemal/<int:pk>/ta-bort/", circumstances.remove_wish, name="wish_remove"),
]
