"""Moving all records of one table to another, in whichever stores they are.

- `pages` reads them, and tells which can be moved;
- `sending` writes them, and settles what contradicts a record that is there;
- `journal` notes how far that has come, so that a killed move resumes.
"""
