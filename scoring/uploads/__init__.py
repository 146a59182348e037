"""Uploaded files: from bytes that nobody trusts to a checked, stored file with a preview."""
