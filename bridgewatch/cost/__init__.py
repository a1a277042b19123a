"""What AWS bills for: counted by its own rules, priced from a dated table, predicted, compared.

    metering    AWS's rules for counting: bytes of a record, write units, GB-hours, TCU-seconds...
    dynamodb    DynamoDB's own: bytes of an item, units of reading and writing
    usage       how much of each thing was used
    prices      what one of each costs: the table prices.csv, and how it is read
    bill        usage times prices, with or without the free allowances, under either query pricing
    prediction  the usage of a deployment in a month, before it exists
    report      a month's price as JSON values, and what a change does to it in one sentence

A library: it imports nothing else of this project. Amounts are exact (`fractions.Fraction`), and
are rounded only where they are shown. No price stands in code.
"""
