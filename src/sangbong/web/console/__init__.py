"""The pages of staff, by work."""
