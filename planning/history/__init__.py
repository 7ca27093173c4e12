"""Every change of a visit, found again: who, when, from what to what. PLN-19."""
