"""How events get from who publishes them to the subscriptions of a process."""
