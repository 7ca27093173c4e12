"""Addresses of deviations: reporting one, how it goes, and the chain."""

from django.urls import path

from procurement.escalations import views

app_name = "escalations"

urlpatterns = [
    path("rapportera/", views.report, name="report"),
    path("rapportera/<int:pk>/", views.report_own, name="report_own"),
    path("<int:pk>/", views.receipt, name="receipt"),
    path("<int:pk>/kedjan/", views.chain, name="chain"),
]
