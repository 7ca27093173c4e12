"""What templates of planning may use."""
