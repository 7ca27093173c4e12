"""The job queue and what runs by the clock."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
app = Celery("kundval")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["config"])
app.conf.beat_schedule = {
    "heartbeat": {"task": "config.tasks.heartbeat", "schedule": 30},
    "mail": {"task": "cases.tasks.send_mail", "schedule": 30},
    "scan": {"task": "cases.tasks.scan_attachments", "schedule": 60},
    "sweep": {"task": "cases.tasks.sweep", "schedule": crontab(minute="*/5")},
    "finalise": {"task": "procurement.tasks.finalise", "schedule": crontab(minute=10)},
    "seal": {"task": "audit.tasks.seal", "schedule": crontab(hour=0, minute=20)},
}
