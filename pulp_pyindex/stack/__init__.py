"""`pulp-pyindex up`: embedded PostgreSQL and the three Pulp services under one supervisor."""
