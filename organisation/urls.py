"""Addresses of the organisation's pages."""

from django.urls import path

from organisation.pages import access_log, delegation, matrix, substitutes, units, users

app_name = "organisation"

urlpatterns = [
    path("anvandare/", users.users, name="users"),
    path("anvandare/excel/", users.export, name="users_export"),
    path("anvandare/ny/", users.add, name="user_add"),
    path("anvandare/<int:pk>/", users.user, name="user"),
    path("anvandare/<int:pk>/andra/", users.change, name="user_change"),
    path("anvandare/<int:pk>/roll/", users.add_role, name="role_add"),
    path("anvandare/<int:pk>/roll/<int:role>/avsluta/", users.end_role, name="role_end"),
    path("anvandare/<int:pk>/roll/<int:role>/flytta/", users.move_role, name="role_move"),
    path("anvandare/<int:pk>/avsluta/", users.end, name="user_end"),
    path("anvandare/<int:pk>/oppna/", users.reopen, name="user_reopen"),
    path("anvandare/<int:pk>/las-upp/", users.unlock, name="user_unlock"),
    path("anvandare/<int:pk>/losenord/", users.password, name="user_password"),
    path("anvandare/<int:pk>/tvasteg/", users.second_factor, name="user_second_factor"),
    path("enheter/", units.units, name="units"),
    path("enheter/ny/", units.add, name="unit_add"),
    path("enheter/<int:pk>/", units.unit, name="unit"),
    path("enheter/<int:pk>/namn/", units.rename, name="unit_rename"),
    path("enheter/<int:pk>/flytta/", units.move, name="unit_move"),
    path("enheter/<int:pk>/avsluta/", units.end, name="unit_end"),
    path("enheter/<int:pk>/kod/", units.add_code, name="code_add"),
    path("enheter/<int:pk>/kod/<int:code>/ta-bort/", units.remove_code, name="code_remove"),
    path("ersattare/", substitutes.substitutes, name="substitutes"),
    path("ersattare/ny/", substitutes.add, name="substitute_add"),
    path("ersattare/historik/", substitutes.log, name="substitutes_history"),
    path("ersattare/<int:pk>/avsluta/", substitutes.end, name="substitute_end"),
    path("matris/", matrix.matrix, name="matrix"),
    path("matris/excel/", matrix.export, name="matrix_export"),
    path("matris/historik/", matrix.full_history, name="matrix_history"),
    path("matris/ny/<str:table>/", matrix.add, name="matrix_add"),
    path("matris/<int:pk>/", matrix.change, name="matrix_change"),
    path("matris/<int:pk>/historik/", matrix.row_history, name="matrix_row_history"),
    path("matris/<int:pk>/ta-bort/", matrix.remove, name="matrix_remove"),
    path("delegation/", delegation.delegation, name="delegation"),
    path("delegation/ny/", delegation.add, name="delegation_add"),
    path("delegation/<int:pk>/", delegation.change, name="delegation_change"),
    path("delegation/<int:pk>/avsluta/", delegation.end, name="delegation_end"),
    path("delegation/<slug:code>/historik/", delegation.code_history, name="delegation_history"),
    path("logg/", access_log.access_log, name="access_log"),
    path("logg/brukare/", access_log.client, name="log_client"),
    path("logg/excel/", access_log.export, name="log_export"),
    path("logg/kontroll/", access_log.check, name="log_check"),
    path("logg/verifiera/", access_log.verify, name="log_verify"),
]
