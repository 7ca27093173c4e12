from django.http import HttpResponse
from django.urls import path

from organisation.access import logged_in

app_name = "demo"


@logged_in
def todo(request, **kwargs):
    return HttpResponse("kommer")


urlpatterns = [
    path("fram/", todo, name="advance"),
    path("roller/", todo, name="roles"),
    path("aterstall/", todo, name="reset"),
]
