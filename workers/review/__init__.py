"""Review: people look at what is not certain, and at a sample of what is; what they say is what is exported.

A job has a plan (`plans.py`), which puts its fields into the queue that the table `reviews` is. `claims.py` hands them
out, `answers.py` takes what people say, `workers.store` puts it in place of the readings, `report.py` counts.
"""
