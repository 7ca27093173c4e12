"""*Mitt konto*: who one is here, and how one logs in. Requirement SEC-04."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from organisation.access import logged_in
from organisation.accounts import lacks_second_factor
from organisation.models import RoleAssignment, Substitution
from organisation.request import Request


@logged_in
def my_account(request: Request) -> HttpResponse:
    """Name, roles and substitutes today; password, code app, keys and recovery codes."""
    user, today = request.user, request.today
    substitutions = Substitution.objects.filter(
        Q(absent=user) | Q(substitute=user), Q(valid_to=None) | Q(valid_to__gte=today)
    )
    mine: dict[str, list] = {}
    for row in Authenticator.objects.filter(user=user).order_by("created_at"):
        mine.setdefault(row.type, []).append(row)
    codes = mine.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "roles": RoleAssignment.objects.on(today)
        .filter(user=user)
        .select_related("unit", "provider")
        .order_by("pk"),
        "substitutions": substitutions.select_related("absent", "substitute").order_by(
            "valid_from", "pk"
        ),
        "apps": mine.get(Authenticator.Type.TOTP),
        "keys": mine.get(Authenticator.Type.WEBAUTHN),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "must_set_up": lacks_second_factor(request),
        "through_provider": SocialAccount.objects.filter(user=user).exists(),
    }
    return render(request, "account/account.html", context)
