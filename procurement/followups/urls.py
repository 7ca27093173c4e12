"""The address of the comparison."""

from django.urls import path

from procurement.followups import views

app_name = "followups"

urlpatterns = [path("jamfor/", views.comparison, name="comparison")]
