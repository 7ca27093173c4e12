from django.http import HttpResponse

from organisation.access import logged_in


@logged_in
def overview(request, **kwargs):
    return HttpResponse("kommer")
