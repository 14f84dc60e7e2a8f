"""What starts ATG: the HTTP API and the command line, composed by one container."""
