// Usage: node visit.mjs URL SCREENSHOT_DIRECTORY
//
// Opens the pages of a gateway in Chromium, and sends a record from Swagger UI as people do. Prints
// one JSON object: the state of the pages, and all requests and complaints of the browser. URL
// may end with a path, the prefix that a proxy adds to the gateway's paths.
import { chromium } from "playwright-core";

const [url, screenshots] = process.argv.slice(2);
const base = url.replace(/\/$/, "");
const seen = { requests: [], complaints: [], policies: {}, statuses: {}, links: {}, redirects: {} };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    // No other machine has an address, so the browser can send requests only to this one.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
  ],
});

async function open(path, scheme = "light") {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: scheme,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) seen.requests.push(request.url());
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      seen.complaints.push(`${path}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => seen.complaints.push(`${path}: ${error.message}`));
  page.on("requestfailed", (request) => seen.complaints.push(`${path}: ${request.url()} failed`));
  const answer = await page.goto(base + path, { waitUntil: "load" });
  seen.statuses[path] = answer.status();
  seen.policies[path] = (await answer.allHeaders())["content-security-policy"] ?? null;
  return page;
}

// Follows the links of a page, except those that Swagger UI makes from the document.
async function followLinks(page) {
  const ours = page.locator("a[href]:not(#swagger-ui *)");
  for (const link of await ours.evaluateAll((all) => all.map((a) => a.href))) {
    if (link in seen.links) continue;
    const answer = await page.context().request.get(link, { maxRedirects: 0 });
    seen.links[link] = answer.status();
  }
}

async function shoot(page, name, fullPage = true) {
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage });
}

async function sendFromSwagger() {
  const page = await open("/swagger/");
  const operation = page.locator("#operations-records-sendRecord");
  await operation.waitFor();
  seen.operations = await page.locator(".opblock").count();
  await shoot(page, "swagger");
  await followLinks(page);

  await operation.locator(".opblock-summary-control").click();
  const body = operation.locator("textarea.body-param__text");
  await body.fill('{"topic": "orders", "key": "order-1042", "value": {"status": "placed"}}');
  await operation.locator("button.execute").click();
  const row = operation.locator(".live-responses-table tbody tr.response").first();
  await row.waitFor();
  seen.sendStatus = (await row.locator(".response-col_status").innerText()).trim();
  seen.sendAnswer = JSON.parse(await row.locator("pre").first().innerText());
  await row.scrollIntoViewIfNeeded();
  await shoot(page, "swagger-sent", false);
  return page;
}

// Picks a media type for the body of the raw operation, fills it in, and sends it.
async function sendRawFromSwagger(page) {
  const operation = page.locator("#operations-records-sendRaw");
  await operation.locator(".opblock-summary-control").click();
  await operation.locator("tr[data-param-name=topic] input").fill("sensor-readings");
  await operation.locator("tr[data-param-name=key] input").fill("house 7");
  const send = async (mediaType, fill) => {
    await operation.locator(".opblock-section-request-body select").first().selectOption(mediaType);
    await fill();
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await operation.locator("button.execute").click();
    const answer = await answered;
    return { status: answer.status(), answer: await answer.json() };
  };
  seen.rawFile = await send("application/octet-stream", () =>
    operation.locator("input[type=file]").setInputFiles({
      name: "bytes", mimeType: "application/octet-stream", buffer: Buffer.from([0, 255, 10]) }));
  seen.rawText = await send("text/plain", () =>
    operation.locator("textarea.body-param__text").fill("21.5 C"));
  await shoot(page, "swagger-raw", false);
}

// Tries what an injected script could do: run inline, load from elsewhere, or contact another host.
async function tryToBreakOut(page) {
  const complaints = seen.complaints.length;
  seen.brokeOut = await page.evaluate(async () => {
    const inline = document.createElement("script");
    inline.textContent = "window.inlineRan = true";
    document.head.append(inline);
    const talked = await fetch("http://other.invalid/").then(() => true, () => false);
    return { inline: window.inlineRan === true, talked };
  });
  await page.waitForTimeout(100);
  seen.violations = seen.complaints.splice(complaints);
  seen.requests = seen.requests.filter((request) => request !== "http://other.invalid/");
}

try {
  const swagger = await sendFromSwagger();
  await sendRawFromSwagger(swagger);
  await tryToBreakOut(swagger);
  const landing = await open("/");
  seen.landing = await landing.locator("main").innerText();
  await shoot(landing, "landing");
  await followLinks(landing);
  await shoot(await open("/", "dark"), "landing-dark");
  const problem = await open("/problems/delivery-timeout");
  seen.problem = await problem.locator("h1").innerText();
  await shoot(problem, "problem");
  await followLinks(problem);
  const problems = await open("/problems/");
  await shoot(problems, "problems");
  await followLinks(problems);
  for (const path of ["/swagger", "/problems"]) seen.redirects[path] = (await open(path)).url();
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen, null, 1));
