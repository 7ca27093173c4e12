"""What the events that belong to no process are called in Swedish, where the log is read."""

EVENT_NAMES = {"make_duties": "Årshjulets uppgifter inlagda"}
