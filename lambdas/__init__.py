"""What runs in AWS Lambda: plain modules, importable anywhere."""
