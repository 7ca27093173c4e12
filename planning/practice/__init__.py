"""Practice mode: a copy of a unit with fictitious persons, for learning. BEY-17."""
