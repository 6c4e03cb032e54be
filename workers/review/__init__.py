"""Review: people look at what is not certain, and at a sample of what is; what they say is what is exported.

What is kept of it is in `workers.database.review`: a job has a plan (`plans.py`), which puts its fields into the queue
that the table `reviews` is. `field_claims.py` hands them out, `answers.py` takes what people say, `report.py` counts.
"""
