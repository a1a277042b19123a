"""Who is told: a server on the loopback address that stands for receivers of notifications.

`server` takes what is sent, over TLS and by the names of the internet; `judge` compares it with
what happened at the bridges, and knows nothing of the notifier.
"""
