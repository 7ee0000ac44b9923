"""The bytes that leave the office: envelopes, receipts, films, bundles, exchanges, signals (spec/)."""
