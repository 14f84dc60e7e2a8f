"""The web console: pages over the use cases, for who is no programmer (`/app`)."""
