"""The printable plan: in the unit's folder, one sheet each, nothing of who is protected. PLN-18."""

import stat
import subprocess
from datetime import date, timedelta

import pytest

from audit import clock
from audit.models import Event
from planning.models import PlanVersion
from planning.publishing import packs, tasks
from planning.publishing.commands import PublishPlan
from tests.cases.test_fonts import empty_boxes, typefaces
from tests.planning.plan.world import DAY, NOW


@pytest.fixture
def folder(world, settings, tmp_path):
    settings.PACKS = tmp_path
    return packs.folder_of(world.unit, DAY)


def text_of(path) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout


def test_a_publication_writes_the_units_pack_and_a_file_for_each_row(world, do, folder):
    """PLN-18, PLN-16"""
    world.put(world.visit("Frida Karlsson", 600, note="Går med rullator"), world.ali)
    world.put(world.visit("Gösta Mård", 700), world.britt)
    do(PublishPlan())
    assert sorted(path.name for path in folder.iterdir()) == [
        "dagplan-2026-11-24.pdf",
        "rad-01.pdf",
        "rad-02.pdf",
    ]
    alone = text_of(folder / "rad-01.pdf")
    assert "Ali Sandhem" in alone
    assert "Frida K" in alone
    assert "Går med rullator" in alone
    assert "Gösta" not in alone
    assert "Plan version 1, publicerad" in alone
    whole = text_of(folder / "dagplan-2026-11-24.pdf")
    assert "Frida K" in whole
    assert "Gösta M" in whole
    version = PlanVersion.objects.get()
    assert version.pack_at == NOW
    event = Event.objects.get(name="write_pack")
    assert (event.personal, event.values.values) == (True, {"plan_version": 1, "files": 3})


def test_the_pack_of_a_plan_is_written_also_when_the_worker_died_with_it(
    world, do, folder, monkeypatch
):
    """PLN-18: a plan of today too, which no evening writes."""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    with monkeypatch.context() as dying:
        dying.setattr(tasks.write_pack, "delay", lambda plan: None)
        do(PublishPlan())
    assert not folder.exists()
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=50))
    assert tasks.recover() == 0, "it may still be on its way"
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=70))
    assert tasks.recover() == 1
    assert (folder / "dagplan-2026-11-24.pdf").exists()
    assert tasks.recover() == 0


def test_the_pack_shows_nothing_of_who_is_protected(world, do, folder):
    """BEY-03, PLN-18"""
    hidden = world.client(
        "Frida Karlsson",
        has_protected_identity=True,
        address="Hamnvägen 2",
        entry="Kod 12",
        key_number="118",
    )
    world.put(world.visit("", 600, client=hidden), world.ali)
    do(PublishPlan())
    said = text_of(folder / "rad-01.pdf")
    assert "Skyddad" in said
    assert "Nyckel 118" in said
    assert not any(word in said for word in ("Frida", "Karlsson", "Hamnvägen", "Kod 12"))


def test_no_file_or_folder_is_named_after_a_person(world, do, folder):
    """SEC-03, PLN-18"""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    do(PublishPlan())
    for path in folder.parent.rglob("*"):
        assert not {"ali", "sandhem", "frida", "karlsson"} & set(path.name.lower().split("-"))


def test_every_evening_the_days_until_the_next_working_day_are_written(world, do, folder):
    """PLN-18: on Monday 23 November that is Tuesday 24; on Friday 20 it would be Saturday to Monday."""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    assert packs.coming(date(2026, 11, 23)) == [world.plan.pk]
    assert packs.coming(date(2026, 11, 20)) == []
    assert packs.coming(date(2026, 11, 24)) == []
    assert tasks.write_packs() == 1
    assert "Inte publicerad." in text_of(folder / "rad-01.pdf")
    assert tasks.write_packs() == 1, "twice is the same"
    assert len(list(folder.iterdir())) == 2


def test_the_pack_is_of_what_was_published_not_of_what_is_being_planned(world, do, folder):
    """PLN-18, PLN-16"""
    frida = world.visit("Frida Karlsson", 600)
    world.put(frida, world.ali)
    do(PublishPlan())
    world.put(frida, world.britt)
    tasks.write_packs()
    assert "Frida K" in text_of(folder / "rad-01.pdf")
    assert not (folder / "rad-02.pdf").exists()
    do(PublishPlan())
    assert not (folder / "rad-01.pdf").exists(), "a row without visits has no sheet"
    assert "Frida K" in text_of(folder / "rad-02.pdf")


def test_what_nobody_does_stands_first_in_the_pack(world, do, folder):
    """PLN-18: a double-staffed visit with one place filled is loose, and says with whom."""
    twice = world.visit("Frida Karlsson", 600, staff=2)
    world.put(twice, world.ali, None)
    do(PublishPlan())
    whole = text_of(folder / "dagplan-2026-11-24.pdf")
    assert "Otilldelade besök" in whole
    assert "En till, med Ali Sandhem" in whole


def test_packs_of_days_long_past_are_taken_away(world, do, folder):
    """PLN-18: they hold personal data; three days are kept."""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    do(PublishPlan())
    assert packs.remove_old(date(2026, 11, 27)) == 0
    assert packs.remove_old(date(2026, 11, 28)) == 1
    assert not folder.exists()


def test_the_pack_is_a_tagged_pdf_and_the_same_plan_gives_the_same_bytes(world, do, folder):
    """PLN-18, CAP-09"""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    do(PublishPlan())
    first = (folder / "rad-01.pdf").read_bytes()
    tasks.write_packs()
    assert (folder / "rad-01.pdf").read_bytes() == first
    info = subprocess.run(
        ["pdfinfo", str(folder / "rad-01.pdf")], capture_output=True, text=True, check=True
    ).stdout
    assert "Tagged:          yes" in info
    assert stat.S_IMODE((folder / "rad-01.pdf").stat().st_mode) & stat.S_IRWXO == 0


def test_the_ways_and_the_break_stand_between_the_visits(world, do, folder):
    """PLN-18: 360 m by bike with a detour of 1.3 takes the floor's two minutes; the break of half an
    hour goes into the first gap after 11:00."""
    world.ali.break_minutes, world.ali.break_earliest, world.ali.break_latest = 30, 660, 720
    world.ali.save()
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    world.put(world.visit("Gösta Mård", 700), world.ali)
    do(PublishPlan())
    said = text_of(folder / "rad-01.pdf")
    assert said.index("10:00") < said.index("Rast") < said.index("11:40")
    assert "11:00" in said
    assert "Restid 2 min" in said


def test_a_pack_prints_names_in_any_alphabet_in_the_bundled_typefaces(world, do, folder):
    """DAY-06: the carer's name also stands in the page's margin."""
    world.put(world.visit("Жанна Łukasz", 600, note="陈 öppnar"), world.shift("Şükrü Ğ 金"))
    do(PublishPlan())
    (file,) = folder.glob("rad-*.pdf")
    said, pdf = text_of(file), file.read_bytes()
    assert "Жанна Ł" in said
    assert "陈 öppnar" in said
    assert said.count("Şükrü Ğ 金") >= 2
    assert typefaces(pdf) == {"Kundval-Sans", "Kundval-Han"}
    assert empty_boxes(pdf) == 0
