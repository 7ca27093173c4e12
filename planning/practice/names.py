"""Invented people and streets. Nobody is called so, and nobody lives there."""

from random import Random

FIRST = ("Alva", "Botvid", "Cajsa", "Dagny", "Egon", "Frideborg", "Gottfrid", "Hedda", "Ivar",
         "Judit", "Kasper", "Lovisa", "Malte", "Nanna", "Ossian", "Petronella", "Ragnvald",
         "Signe", "Ture", "Ylva", "Åke", "Örjan")  # fmt: skip
LAST = ("Övmark", "Övlind", "Övgren", "Övdal", "Övström", "Övhult", "Övsten", "Övholm", "Övberga",
        "Övskog", "Övfors", "Övby", "Övnäs", "Övros", "Övkvist", "Övhed")  # fmt: skip
"""Each begins with öv, as övning does: seen at once to be nobody."""
STREETS = ("Övningsgatan", "Provvägen", "Lärostigen", "Försöksgränd", "Skolbacken")


def person(random: Random) -> str:
    """A name."""
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def address(random: Random) -> str:
    """A street and number."""
    return f"{random.choice(STREETS)} {random.randint(1, 60)}"
