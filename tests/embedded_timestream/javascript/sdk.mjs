// What a JavaScript program does with Timestream, through AWS's own SDK, version 3. It knows the address
// by AWS_ENDPOINT_URL alone, and prints what it saw as one JSON object.
import {
  paginateQuery,
  QueryCommand,
  TimestreamQueryClient,
} from "@aws-sdk/client-timestream-query";
import {
  CreateDatabaseCommand,
  CreateTableCommand,
  TimestreamWriteClient,
  WriteRecordsCommand,
} from "@aws-sdk/client-timestream-write";

const ROWS = 250;
const where = { DatabaseName: "bridges", TableName: "status" };
const now = Date.now();
const write = new TimestreamWriteClient({ maxAttempts: 1 });
const query = new TimestreamQueryClient({ maxAttempts: 1 });

const record = (second, time = now - second * 1000) => ({
  Dimensions: [{ Name: "city", Value: "Göteborg" }],
  MeasureName: "Hisingsbron",
  MeasureValue: String(second),
  MeasureValueType: "BIGINT",
  Time: String(time),
});

const ask = (QueryString) => query.send(new QueryCommand({ QueryString }));

const failure = async (call) => {
  try {
    await call;
  } catch (error) {
    const { name, message, RejectedRecords, $metadata } = error;
    return { name, message, status: $metadata.httpStatusCode, RejectedRecords };
  }
  return null;
};

await write.send(new CreateDatabaseCommand({ DatabaseName: where.DatabaseName }));
await write.send(new CreateTableCommand(where));

const ingested = [];
for (let first = 0; first < ROWS; first += 50) {
  const Records = Array.from({ length: 50 }, (_, i) => record(first + i));
  const answer = await write.send(new WriteRecordsCommand({ ...where, Records }));
  ingested.push(answer.RecordsIngested.Total);
}

const pages = [];
const QueryString = 'SELECT measure_value::bigint FROM "bridges"."status" ORDER BY 1';
for await (const page of paginateQuery({ client: query, pageSize: 100 }, { QueryString })) {
  pages.push(page.Rows.map((row) => Number(row.Data[0].ScalarValue)));
}

const city = await ask('SELECT max(city) FROM "bridges"."status"');
const unload = await ask(
  `UNLOAD (${QueryString}) TO 's3://exports/all' WITH (compression = 'NONE')`,
);
const longAgo = now - 30 * 86_400_000;
const failures = {
  rejected: await failure(
    write.send(new WriteRecordsCommand({ ...where, Records: [record(0), record(0, longAgo)] })),
  ),
  missing: await failure(
    write.send(new WriteRecordsCommand({ ...where, TableName: "nowhere", Records: [record(0)] })),
  ),
  syntax: await failure(ask("SELECT nothing FROM")),
  bucket: await failure(ask(`UNLOAD (SELECT 1 AS x) TO 's3:/nowhere'`)),
};

console.log(
  JSON.stringify({
    ingested,
    pages,
    city: city.Rows[0].Data[0].ScalarValue,
    unload: unload.Rows[0].Data.map((value) => value.ScalarValue),
    failures,
  }),
);
