"""What runs in AWS Lambda: plain modules, importable anywhere."""

VERSION = "0.1.0"
PROJECT_URL = "https://github.com/bridgewatch/bridgewatch"
