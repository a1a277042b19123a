"""The operator's command line, and the libraries for settings and cost."""
