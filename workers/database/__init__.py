"""All that speaks SQL: the connection, the tables, and what is kept in them and looked up. Nothing else does."""
