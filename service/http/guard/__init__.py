"""What stands in front of the addresses."""
