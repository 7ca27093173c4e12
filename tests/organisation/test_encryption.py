"""Encrypted fields: nothing readable in the database, found by blind index, keys can be rotated."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from organisation.encryption import blind_index
from organisation.models import Provider

pytestmark = pytest.mark.django_db
NUMBER = "5560360793"


def stored(provider: Provider) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "select organisation_number from organisation_provider where id = %s", [provider.pk]
        )
        return cursor.fetchone()[0]


@pytest.fixture
def provider():
    return Provider.objects.create(name="Strandlinan Hemtjänst AB", organisation_number=NUMBER)


def test_the_database_holds_ciphertext_and_the_model_plain_text(provider):
    assert NUMBER not in stored(provider)
    assert len(stored(provider)) > 80
    assert Provider.objects.get().organisation_number == NUMBER


def test_the_same_number_is_never_written_the_same_way_twice(provider):
    before = stored(provider)
    provider.save()
    assert stored(provider) != before


def test_a_provider_is_found_by_its_number_without_reading_it(provider):
    assert Provider.with_number(NUMBER) == provider
    assert Provider.with_number("5560360794") is None
    assert NUMBER not in provider.organisation_number_index


def test_an_old_key_still_reads_and_the_new_one_writes(provider, settings):
    old = settings.FIELD_KEYS[0]
    settings.FIELD_KEYS = ["a-new-key", old]
    row = Provider.objects.get()
    assert row.organisation_number == NUMBER
    row.save()
    settings.FIELD_KEYS = ["a-new-key"]
    assert Provider.objects.get().organisation_number == NUMBER


def test_the_blind_index_stays_while_keys_are_rotated_in(settings):
    before = blind_index(NUMBER)
    settings.FIELD_KEYS = ["a-new-key", *settings.FIELD_KEYS]
    assert blind_index(NUMBER) == before


def test_a_missing_key_says_what_to_do(provider, settings):
    settings.FIELD_KEYS = ["some-other-key"]
    with pytest.raises(ImproperlyConfigured, match="Add the old key last"):
        Provider.objects.get()


def test_an_empty_number_stays_empty(settings):
    provider = Provider.objects.create(name="Egen regi", kind=Provider.Kind.IN_HOUSE)
    assert stored(provider) == ""
    assert provider.organisation_number_index is None


@pytest.mark.parametrize(
    ("number", "shown"), [(NUMBER, "556036-0793"), ("0001072388", "000107-****"), ("", "")]
)
def test_a_sole_traders_identity_number_is_masked(number, shown):
    assert Provider(name="x", organisation_number=number).shown_organisation_number == shown
