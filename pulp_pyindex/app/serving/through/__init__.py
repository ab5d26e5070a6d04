"""What passes through from an upstream: pages that are remembered, files that are kept."""

from .source import Through

__all__ = ["Through"]
