"""Accounts of the web page: people, what they may do, and how their passwords are kept."""
