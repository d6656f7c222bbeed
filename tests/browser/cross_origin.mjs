// Usage: node cross_origin.mjs PAGE_URL GATEWAY_URL
//
// Opens a page of one origin in Chromium, and from it writes to a gateway of another. Prints one JSON
// object: the outcome of each request. The browser sends a preflight first, because the page sets
// headers that require one.
import { chromium } from "playwright-core";

const [pageUrl, gateway] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});

async function send(page, headers) {
  return page.evaluate(async ([url, fields]) => {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream", ...fields },
        body: "21.5",
      });
      return { status: answer.status, answer: await answer.json() };
    } catch (error) {
      return { error: error.name };
    }
  }, [`${gateway}/api/kafka/topics/sensor-readings`, headers]);
}

try {
  const page = await browser.newPage();
  await page.goto(pageUrl);
  const seen = {
    recordHeaders: await send(page, { "Kafka-Header-Unit": "C", "kafka-header-site": "roof" }),
    otherHeader: await send(page, { "X-Unit": "C" }),
  };
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
