"""The page, and the API beside it: is the bridge open? Read from recent observations alone."""
