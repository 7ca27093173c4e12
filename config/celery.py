"""The job queue and what runs by the clock."""

from pathlib import Path

from celery import Celery
from celery.schedules import crontab

import planning

app = Celery("kundval")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(  # an app's folders have jobs of their own
    [f"planning.{path.parent.name}" for path in Path(planning.__file__).parent.glob("*/tasks.py")]
)
app.conf.beat_schedule = {
    "heartbeat": {
        "task": "config.tasks.heartbeat",
        "schedule": 30,
        "options": {"expires": 25},  # behind a long job they would pile up
    },
    **{
        f"send {kind}": {
            "task": "cases.tasks.send_outgoing",
            "args": [kind],
            "schedule": seconds,
            "options": {"expires": seconds - 1},
        }
        for kind, seconds in (("mail", 30), ("delivery", 15), ("notice", 30))
    },
    "scan": {"task": "cases.tasks.scan_attachments", "schedule": 60},
    "sweep": {"task": "cases.tasks.sweep", "schedule": crontab(minute="*/5")},
    "refresh": {"task": "cases.tasks.refresh_tasks", "schedule": crontab(hour=0, minute=35)},
    "finalise": {"task": "procurement.tasks.finalise", "schedule": crontab(minute=10)},
    "wheel": {"task": "procurement.tasks.turn_wheel", "schedule": crontab(minute=25)},
    "units": {"task": "planning.units.tasks.move_units", "schedule": crontab(minute=5)},
    "visits": {
        "task": "planning.baseplans.tasks.generate_visits",
        "schedule": crontab(hour=2, minute=40),
    },
    "packs": {
        "task": "planning.publishing.tasks.write_packs",
        "schedule": crontab(hour=18, minute=0),
    },
    **{
        f"recover {room}": {
            "task": f"planning.{room}.tasks.recover",
            "schedule": 20,
            "options": {"expires": 19},
        }
        for room in ("publishing", "practice", "optimizing")
    },
    "seal": {"task": "audit.tasks.seal", "schedule": crontab(hour=0, minute=20)},
}
