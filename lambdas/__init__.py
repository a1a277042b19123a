"""What runs in AWS Lambda: plain modules, importable anywhere."""

VERSION = "0.1.0"
USER_AGENT = f"bridgewatch/{VERSION}"
"""Who sources and webhooks are told that asks."""
