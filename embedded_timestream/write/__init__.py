"""The write API: what it takes, checks and stores."""
