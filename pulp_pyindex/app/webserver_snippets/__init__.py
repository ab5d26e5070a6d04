"""What a web server in front of Pulp needs to know of the index; Pulp's installers collect it."""
