"""Makes planning known to the engine."""

from cases import preferences, views
from cases.commands import registry
from organisation.pages import history
from planning.client import setup as client
from planning.extras import setup as extras
from planning.models import DayPlan
from planning.publishing.commands import COMMANDS
from planning.staffing import schedule, words


def register() -> None:
    """Called once when Django is ready."""
    views.EVENT_NAMES.update(
        open_day_plan="Dagplan skapad",
        generate_visits="Besök hämtade ur grundplaneringen",
        read_plan="Läste dagplanen",
        change_visits="Besök ändrade",
        undo_change="Ändring ångrad",
        make_loose="Besök gjorda otilldelade",
        change_row="En rad i dagbilden ändrad",
        accept_breach="Regelbrott godtaget",
        add_visit="Besök inlagt",
        decline_visit="Besök avböjt",
        follow_absence="Besök följde en frånvaro",
        accept_proposal="Optimeringens förslag godtaget",
        start_optimizer="Optimering startad",
        restore_visits="Besök återställda ur en version",
        write_pack="Dagplan skriven till enhetens mapp",
        read_pack="Öppnade dagplanen för utskrift",
        read_changes="Läste ändringar av besök",
        start_practice="Övningsenhet beställd",
        make_practice="Övningsenhet gjord",
        end_practice="Övningsenhet borttagen",
        enter_practice="Började öva",
        register_training="Utbildning registrerad",
        stop_optimizer="Optimering stoppad",
        move_breaks="Raster flyttade enligt förslaget",
        move_visits_out="Besök gick över till en annan enhets plan",
        move_visits_in="Besök kom från en annan enhets plan",
        prepare_unit_move="Sammanslagning eller delning förbereddes",
        cancel_unit_move="Sammanslagning eller delning ångrades",
        carry_out_unit_move="Sammanslagning eller delning gjordes",
        will_move="Ska planeras i en annan enhet",
        will_not_move="Ska inte längre flytta till en annan enhet",
        move_to_unit="Planeras i en annan enhet",
        read_unit_move="Läste vilka som kan flytta till en annan enhet",
    )
    preferences.PREFERENCES.update({row.key: row for row in schedule.PREFERENCES})
    history.EVENT_NAMES.update(words.EVENT_NAMES)
    history.FIELD_NAMES.update(words.FIELD_NAMES)
    registry.add(DayPlan.case_kind, *COMMANDS)
    client.register()
    extras.register()
