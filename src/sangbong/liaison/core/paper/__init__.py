"""A dispatch on paper and its reply typed back: check digits, fields, states."""
