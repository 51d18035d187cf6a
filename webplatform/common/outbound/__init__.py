"""What goes out to other servers: letters, and whether an address may be connected to."""
