from django.http import HttpResponse
from django.urls import path

from organisation.access import logged_in


@logged_in
def todo(request, **kwargs):
    return HttpResponse("kommer")


urlpatterns = [
    path("", todo, name="account"),
    path("logga-in/", todo, name="account_login"),
    path("logga-ut/", todo, name="account_logout"),
]
