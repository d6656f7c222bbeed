// The client that openapi-generator makes for TypeScript with axios.
import { AxiosError } from "axios";
import {
  type BatchFailure, type BatchResult, Configuration, type Problem, type ProducerRecord, RecordsApi,
} from "./axios/index.js";

const [url, topic] = process.argv.slice(2);
const records = new RecordsApi(new Configuration({ basePath: url }));

async function failureOf(batch: ProducerRecord[]): Promise<[number | undefined, BatchFailure]> {
  try {
    await records.sendBatch({ batchRequest: batch });
  } catch (error) {
    const { response } = error as AxiosError<BatchFailure>;
    return [response?.status, response!.data];
  }
  throw new Error("it was stored");
}

const sent = (await records.sendRecord({
  producerRecord: { topic, key: "order-1042", value: { total: 99.5 } },
})).data;
const batch = (await records.sendBatch({
  batchRequest: {
    topic,
    messages: [
      { key: "order-1", value: null },
      { value: "shipped", headers: [{ name: "trace", value: "warehouse" }] },
    ],
  },
})).data;
// A File is a Blob with a name, which the client does not send.
const bytes = new Blob([new Uint8Array([0, 255, 10, 1])]) as File;
const raw = (await records.sendRaw({ topic, body: bytes })).data;
const [refused, problem] = await failureOf([{ topic: "__consumer_offsets", value: 1 }]) as [number, Problem];
const [failed, results] = await failureOf([{ topic, partition: 99, value: 1 }]) as [number, BatchResult];
const offsets = batch.results.map((result) => result.status === "Success" ? result.offset : undefined);
const lost = results.results[0];
console.log(JSON.stringify({
  sent: [sent.status, sent.topic, sent.partition, sent.offset],
  batch: [batch.status, batch.succeeded, ...offsets],
  raw: [raw.status, "offset" in raw ? raw.offset : undefined],
  refused: [refused, problem.code, problem.retriable, problem.persistence, problem.errors?.[0].pointer],
  failed: [failed, results.failed, lost.status === "Failed" ? lost.error.code : undefined],
}));
