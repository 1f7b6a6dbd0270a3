"""What is due next for the people whom a site vaccinated: the list, phone calls, and reminders by SMS."""
