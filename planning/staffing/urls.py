"""Addresses of staffing, below /personal/."""

from django.urls import path

from planning.staffing.pages import bases, carers, paste, periods, shifts, skills

app_name = "staffing"
urlpatterns = [
    path("", carers.carers, name="carers"),
    path("ny/", carers.add, name="carer_add"),
    path("<int:pk>/", carers.carer, name="carer"),
    path("<int:pk>/andra/", carers.change, name="carer_change"),
    path("<int:pk>/avsluta/", carers.end, name="carer_end"),
    path("<int:pk>/kompetens/", carers.add_skill, name="carer_skill_add"),
    path("<int:pk>/kompetens/<int:skill>/", carers.end_skill, name="carer_skill_end"),
    path("kompetenser/", skills.skills, name="skills"),
    path("kompetenser/ny/", skills.add_skill, name="skill_add"),
    path("kompetenser/<int:pk>/", skills.change_skill, name="skill_change"),
    path("arbetslag/", skills.teams, name="teams"),
    path("arbetslag/nytt/", skills.add_team, name="team_add"),
    path("arbetslag/<int:pk>/", skills.change_team, name="team_change"),
    path("arbetslag/<int:pk>/avsluta/", skills.end_team, name="team_end"),
    path("utgangsplatser/", bases.bases, name="bases"),
    path("utgangsplatser/<int:unit>/", bases.change, name="base_change"),
    path("perioder/", periods.periods, name="periods"),
    path("perioder/ny/", periods.add, name="period_add"),
    path("perioder/<int:pk>/", periods.change, name="period_change"),
    path("perioder/<int:pk>/inne/", periods.schedules_in, name="period_in"),
    path("perioder/<int:pk>/planerad/", periods.planned, name="period_planned"),
    path("schema/", shifts.schedule, name="schedule"),
    path("schema/<int:unit>/pass/", shifts.add, name="shift_add"),
    path("schema/<int:unit>/vikarie/", shifts.add_row, name="row_add"),
    path("schema/<int:unit>/rader/", paste.paste, name="paste"),
    path("pass/<int:pk>/", shifts.shift, name="shift"),
    path("pass/<int:pk>/andra/", shifts.change, name="shift_change"),
    path("pass/<int:pk>/ta-bort/", shifts.remove, name="shift_remove"),
    path("pass/<int:pk>/vikarie/", shifts.put, name="shift_put"),
    path("pass/<int:pk>/franvaro/", shifts.absent, name="shift_absent"),
    path("pass/<int:pk>/ater/", shifts.back, name="shift_back"),
]
