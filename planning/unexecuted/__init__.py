"""Decisions that are not carried out within three months, and what has to be reported. CAP-17."""
