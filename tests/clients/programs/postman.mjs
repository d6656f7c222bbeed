// The requests of an import into Postman, with the values of the examples, as a list of
// {method, target, headers, body}.
import { readFileSync } from "node:fs";
import converter from "openapi-to-postmanv2";

const data = readFileSync(process.argv[2], "utf8");
const { result, reason, output } = await new Promise((resolve, reject) =>
  converter.convertV2({ type: "string", data }, { parametersResolution: "Example" },
    (error, done) => error ? reject(error) : resolve(done)));
if (!result) throw new Error(reason);

function* requests(items) {
  for (const item of items) {
    if (item.item) yield* requests(item.item);
    else yield item.request;
  }
}

const list = [...requests(output[0].data.item)].map(({ method, url, header, body }) => {
  const variables = new Map(url.variable.map(({ key, value }) => [`:${key}`, value]));
  const path = url.path.map((part) => encodeURIComponent(variables.get(part) ?? part)).join("/");
  const query = url.query.map(({ key, value }) => `${key}=${encodeURIComponent(value)}`).join("&");
  return {
    method,
    target: `/${path}${query && "?"}${query}`,
    headers: Object.fromEntries(header.map(({ key, value }) => [key, value])),
    body: body?.raw ?? null,
  };
});
console.log(JSON.stringify(list));
