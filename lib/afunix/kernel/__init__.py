"""The control plane: what runs for every connection."""

from .tables import kernel as kernel
