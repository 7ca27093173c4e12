"""Tests of the people with home care, their decisions and orders."""
