from django.http import HttpResponse
from django.urls import path

from organisation.access import logged_in

app_name = "organisation"


@logged_in
def todo(request, **kwargs):
    return HttpResponse("kommer")


urlpatterns = [
    path("anvandare/", todo, name="users"),
    path("enheter/", todo, name="units"),
    path("ersattare/", todo, name="substitutes"),
    path("matris/", todo, name="matrix"),
    path("delegation/", todo, name="delegation"),
    path("logg/", todo, name="access_log"),
]
