"""Addresses of declined visits, under `planering/`."""

from django.urls import path

from planning.declines import views

app_name = "declines"
urlpatterns = [
    path("<int:pk>/besok/<int:visit>/avbojt/", views.declined, name="decline"),
    path("<int:pk>/besok/<int:visit>/lucka/", views.hole, name="hole"),
]
