"""The notifier: tells people what the bridges do, by the rules of the settings."""
