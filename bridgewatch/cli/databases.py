"""`bridgewatch databases`: list, describe, create and delete databases."""

import typer

from bridgewatch.cli.managing import Confirm, Force, confirm_deletion, managing_client, print_facts
from bridgewatch.cli.output import Output, note, print_records, print_table
from bridgewatch.cli.reading import Place, reads, works
from bridgewatch.cli.times import iso
from bridgewatch.timestream.tables import list_all, tags
from lambdas.timestream import explained

databases = typer.Typer(
    help="List, describe, create and delete Timestream databases.", no_args_is_help=True
)


@databases.command("list")
@reads
def list_(place: Place, output: Output) -> None:
    """List the databases of the region."""
    client = managing_client(place)
    found = [
        {
            "database": one["DatabaseName"],
            "tables": one["TableCount"],
            "created": iso(one["CreationTime"]),
        }
        for one in list_all(client.list_databases, "Databases")
    ]
    columns = ("database", "tables", "created")
    if output is Output.TABLE:
        print_table(columns, [[str(one[column]) for column in columns] for one in found])
    else:
        print_records(output, columns, found)


@databases.command()
@reads
def describe(place: Place, output: Output) -> None:
    """Tell what is known of a database: --database, or the deployment's."""
    client = managing_client(place)
    with explained():
        found = client.describe_database(DatabaseName=place.database)["Database"]
    facts = {
        "database": found["DatabaseName"],
        "arn": found["Arn"],
        "tables": found["TableCount"],
        "created": iso(found["CreationTime"]),
        "key": found.get("KmsKeyId"),
        "tags": tags(client, found["Arn"]),
    }
    print_facts(output, facts)


@databases.command()
@works
def create(place: Place) -> None:
    """Create a database: --database, or the deployment's."""
    client = managing_client(place)
    with explained():
        client.create_database(DatabaseName=place.database)
    note(f"Created {place.database}.")


@databases.command()
@works
def delete(place: Place, *, confirm: Confirm = None, force: Force = False) -> None:
    """Delete a database, which must have no tables: --database, or the deployment's."""
    client = managing_client(place)
    with explained():
        arn = client.describe_database(DatabaseName=place.database)["Database"]["Arn"]
    confirm_deletion(place.database, tags(client, arn), confirm, force=force)
    with explained():
        client.delete_database(DatabaseName=place.database)
    note(f"Deleted {place.database}.")
