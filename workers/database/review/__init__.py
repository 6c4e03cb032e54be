"""Review in the database: plans, the queue of fields, claims, answers and what they add up to."""
