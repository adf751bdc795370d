"""The store: the only room that speaks SQL. One file per noun: its tables and their few queries."""
