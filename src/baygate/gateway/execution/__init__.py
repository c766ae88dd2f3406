"""Running plans across sources: fetches in parallel where they can, their results merged, the answer completed."""
