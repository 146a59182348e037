"""The matrix of rights: every rule of the application, what it needs, and counties in every phase to ask it in."""
