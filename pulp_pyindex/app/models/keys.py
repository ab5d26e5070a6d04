"""Keys of rows that the database makes by the set."""

from pulpcore.plugin.models import Content


def new_keys(order: str) -> str:
    """SQL of a fresh key for each row of a SELECT in this order, for one statement.

    One key as Pulp makes them, counted up in its last digits. PostgreSQL's own functions ask the
    kernel for every single key, which takes longer than two indexes; and keys that grow in the
    order of the rows are inserted faster.
    """
    first = str(Content._meta.pk.get_default())
    return (
        f"(left('{first}', 28) || lpad(to_hex(row_number() OVER (ORDER BY {order})), 8, '0'))::uuid"
    )
