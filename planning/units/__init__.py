"""Units that merge and split from a day; plans and history follow. PLN-21."""
