"""What is print rather than writing, and what makes a found field doubtful."""
