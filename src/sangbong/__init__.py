"""What one office runs to bring families divided by a closed border together again."""
