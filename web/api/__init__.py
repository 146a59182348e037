"""The API: what the pages show, as JSON under `/api/v1`, described by OpenAPI and read only."""
