from django.http import HttpResponse

from organisation.access import logged_in


@logged_in
def outgoing(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def again(request, **kwargs):
    return HttpResponse("kommer")
