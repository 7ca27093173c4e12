from django.http import HttpResponse
from django.urls import path

from organisation.access import logged_in

app_name = "portal"


@logged_in
def todo(request, **kwargs):
    return HttpResponse("kommer")


urlpatterns = [
    path("", todo, name="home"),
    path("registrera/", todo, name="register"),
    path("<int:pk>/", todo, name="case"),
]
