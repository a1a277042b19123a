"""The query API: statements, the pages of their answers, and what they cost."""
