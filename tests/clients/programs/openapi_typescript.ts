// The types that openapi-typescript makes, with openapi-fetch.
import createClient from "openapi-fetch";
import type { paths } from "./openapi_typescript_schema.js";

const [url, topic] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url });

const sent = await client.POST("/api/kafka/send", {
  body: { topic, key: "order-1042", value: { total: 99.5 } },
});
const batch = await client.POST("/api/kafka/send/batch", {
  body: {
    topic,
    messages: [
      { key: "order-1", value: null },
      { value: "shipped", headers: [{ name: "trace", value: "warehouse" }] },
    ],
  },
});
// Bytes are a string in the types of openapi-typescript.
const bytes = new Uint8Array([0, 255, 10, 1]) as unknown as string;
const raw = await client.POST("/api/kafka/topics/{topic}", {
  params: { path: { topic } },
  headers: { "Content-Type": "application/octet-stream" },
  body: bytes,
  bodySerializer: (body) => body as unknown as Uint8Array,
});
const refused = await client.POST("/api/kafka/send/batch", {
  body: [{ topic: "__consumer_offsets", value: 1 }],
});
const failed = await client.POST("/api/kafka/send/batch", {
  body: [{ topic, partition: 99, value: 1 }],
});

// Narrows an answer to the form that has a member of that name.
function having<T, Name extends string>(form: T, name: Name) {
  if (typeof form !== "object" || form === null || !(name in form)) throw new Error(name);
  return form as Extract<T, Record<Name, unknown>>;
}

const stored = having(sent.data, "offset");
const results = having(batch.data, "results");
const bytesStored = having(raw.data, "offset");
const problem = having(refused.error, "code");
const failure = having(failed.error, "results");
const offsets = results.results.map((result) =>
  result.status === "Success" ? result.offset : undefined);
const lost = failure.results[0];
console.log(JSON.stringify({
  sent: [stored.status, stored.topic, stored.partition, stored.offset],
  batch: [results.status, results.succeeded, ...offsets],
  raw: [bytesStored.status, bytesStored.offset],
  refused: [refused.response.status, problem.code, problem.retriable, problem.persistence,
    problem.errors?.[0].pointer],
  failed: [failed.response.status, failure.failed,
    lost.status === "Failed" ? lost.error.code : undefined],
}));
