"""The machine below: disk, memory, locks on files, priorities, and how processes end."""
