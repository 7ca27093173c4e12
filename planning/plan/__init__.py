"""A day's plan: where it is, how it stands, what it breaks, and how a visit of it changes."""
