"""What is done with staffing, one file for each of its subjects. CAP-05."""
