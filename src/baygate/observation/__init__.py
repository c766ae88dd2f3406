"""What happens inside the hub, announced once as values: logs, metrics and traces are readers of the same events."""
