"""What runs by the clock is known to whoever carries it out."""

from config.celery import app


def test_every_job_of_the_clock_is_found_by_the_worker():
    app.loader.import_default_modules()
    assert {row["task"] for row in app.conf.beat_schedule.values()} <= set(app.tasks)
