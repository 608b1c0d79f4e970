"""Command-line tools: `python -m im`."""
