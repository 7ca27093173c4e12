"""Addresses of login and account: the parts of allauth that are in use, and no others.

allauth's views know who may open them; `public` and `logged_in` say it in our words as well.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as provider
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.urls import path
from django.views.generic import RedirectView

from organisation.access import logged_in, public
from organisation.accounts import told_when_silent
from organisation.pages.account import my_account

to_my_account = logged_in(RedirectView.as_view(pattern_name="account"))
"""For pages of allauth whose content stands on *Mitt konto*."""

urlpatterns = [
    path("", my_account, name="account"),
    path("logga-in/", public(account.login), name="account_login"),
    path("logga-ut/", public(account.logout), name="account_logout"),
    path("avslutad/", public(account.account_inactive), name="account_inactive"),
    path("bekrafta/", logged_in(account.reauthenticate), name="account_reauthenticate"),
    path("losenord/", logged_in(account.password_change), name="account_change_password"),
    path("losenord/nytt/", to_my_account, name="account_set_password"),
    path("tvasteg/", to_my_account, name="mfa_index"),
    path("tvasteg/kod/", public(mfa.authenticate), name="mfa_authenticate"),
    path("tvasteg/bekrafta/", logged_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("tvasteg/app/", logged_in(totp.activate_totp), name="mfa_activate_totp"),
    path("tvasteg/app/ta-bort/", logged_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("tvasteg/koder/", logged_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "tvasteg/koder/nya/",
        logged_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "tvasteg/koder/fil/",
        logged_in(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("nyckel/", to_my_account, name="mfa_list_webauthn"),
    path("nyckel/ny/", logged_in(keys.add_webauthn), name="mfa_add_webauthn"),
    path("nyckel/logga-in/", public(keys.login_webauthn), name="mfa_login_webauthn"),
    path(
        "nyckel/bekrafta/",
        logged_in(keys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("nyckel/<int:pk>/namn/", logged_in(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path("nyckel/<int:pk>/ta-bort/", logged_in(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path(
        "kommun/avbruten/", public(provider.login_cancelled), name="socialaccount_login_cancelled"
    ),
    path(
        "kommun/<str:provider_id>/",
        public(told_when_silent(openid_connect.login)),
        name="openid_connect_login",
    ),
    path(
        "kommun/<str:provider_id>/svar/",
        public(told_when_silent(openid_connect.callback)),
        name="openid_connect_callback",
    ),
]
