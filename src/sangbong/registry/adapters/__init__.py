"""Doors to outside tools: here, the fast way into our own tables."""
