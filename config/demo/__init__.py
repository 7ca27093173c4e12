"""The fictitious municipality of Sjövik: people, companies and applications for demo and trial.

Everything goes through the product's own commands, on the days on which it would have happened.
"""
