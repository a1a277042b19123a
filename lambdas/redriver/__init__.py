"""The redriver: writes what the poller had to queue."""
