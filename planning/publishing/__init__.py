"""A day's plan is settled, published, delivered, printed and restored. PLN-16, PLN-18, PLN-19."""
