"""Carers, their skills and shifts, schedule periods, and the rules of working time."""
