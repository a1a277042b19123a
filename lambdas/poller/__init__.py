"""The poller: asks the sources for every bridge's status and writes what changed."""
