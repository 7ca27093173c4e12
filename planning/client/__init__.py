"""What a person's page shows and changes: all of planning that concerns them."""
