"""The address of the annual wheel."""

from django.urls import path

from procurement.duties import views

app_name = "duties"

urlpatterns = [path("", views.wheel, name="wheel")]
