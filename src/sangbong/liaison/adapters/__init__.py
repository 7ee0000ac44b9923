"""What this room needs from the world outside."""
