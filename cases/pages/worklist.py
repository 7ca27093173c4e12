from django.http import HttpResponse

from organisation.access import logged_in


@logged_in
def worklist(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def export(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def save_filter(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def remove_filter(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def bulk(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def calendar_address(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def calendar_feed(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def inbox(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def search(request, **kwargs):
    return HttpResponse("kommer")


@logged_in
def to_register(request, **kwargs):
    return HttpResponse("kommer")
