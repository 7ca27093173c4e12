"""Tests of base plans, and of the visits that are made from them."""
