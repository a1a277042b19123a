"""What is deployed: one file a stack, and the constructs that they share."""
