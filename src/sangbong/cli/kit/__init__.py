"""The auditor's kit: one zip that anyone checks offline by the single file inside it."""
