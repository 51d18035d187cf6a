"""Text from people and programs: refused where nothing can hold it, and made safe to show."""
