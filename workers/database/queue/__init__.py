"""Jobs of the queue in the database: their chunks, who works on which, and what comes next."""
