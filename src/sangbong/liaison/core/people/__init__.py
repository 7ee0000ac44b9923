"""The line as people know it: calls, what was said of the line, duty, presence, meetings, offers, paths."""
