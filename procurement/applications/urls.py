from django.http import HttpResponse
from django.urls import path

from organisation.access import logged_in

app_name = "applications"


@logged_in
def todo(request, **kwargs):
    return HttpResponse("kommer")


urlpatterns = [
    path("foretag/", todo, name="companies"),
    path("registrera/", todo, name="enter"),
    path("foretag/<int:pk>/", todo, name="company"),
]
