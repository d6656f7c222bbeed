// Usage: node authorize.mjs URL SCREENSHOT_DIRECTORY < ATTEMPTS
//
// For each attempt, enters the credentials under "Authorize" of Swagger UI as people do, sends a
// record, and logs out. ATTEMPTS is a JSON object by name; an attempt has the `scheme` and its
// `fields` by id, or a `certificate` for a browser profile of its own. Prints a JSON object of what
// each saw: answers while authorized, after the logout and after a reload, and all text that
// outlives the credentials.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, screenshots] = process.argv.slice(2);
const attempts = JSON.parse(readFileSync(0, "utf8"));
const origin = new URL(url).origin;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});

async function open(certificate) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    ignoreHTTPSErrors: true,
    clientCertificates: certificate ? [{ origin, ...certificate }] : undefined,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(url, { waitUntil: "load" });
  return page;
}

async function openDialog(page) {
  await page.locator(".auth-wrapper .btn.authorize").click();
  await page.locator(".dialog-ux .auth-container").first().waitFor();
}


async function closeDialog(page) {
  await page.locator(".dialog-ux .close-modal").click();
}

async function authorize(page, name, { scheme, fields }) {
  await openDialog(page);
  const container = page.locator(".dialog-ux .auth-container", { hasText: `${scheme} (` });
  for (const [id, value] of Object.entries(fields)) {
    await container.locator(`#${id}`).fill(value);
  }
  await container.locator("button[type=submit]").click();
  await container.getByRole("button", { name: "Remove authorization" }).waitFor();
  await closeDialog(page);
}

async function logOut(page, { scheme }) {
  await openDialog(page);
  await page.locator(".dialog-ux .auth-container", { hasText: `${scheme} (` })
    .getByRole("button", { name: "Remove authorization" }).click();
  await closeDialog(page);
}

// Sends a record, and returns the answer.
async function send(page) {
  const operation = page.locator("#operations-records-sendRecord");
  await operation.waitFor();
  if (!(await operation.locator("button.execute").count())) {
    await operation.locator(".opblock-summary-control").click();
  }
  await operation.locator("textarea.body-param__text").fill('{"topic": "orders", "value": "a"}');
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await operation.locator("button.execute").click();
  const answer = await answered;
  await operation.locator(".live-responses-table").waitFor();
  const { code } = await answer.json();
  return { status: answer.status(), code };
}

// What stays in the browser and on the page.
async function remains(page) {
  return page.evaluate(async () => [
    JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie,
    location.href, document.documentElement.outerHTML,
    JSON.stringify(await indexedDB.databases()),
  ].join("\n"));
}

const seen = {};

// Sends with the credentials, and, if they were accepted, again after the logout.
async function tryOut(page, name, attempt) {
  if (attempt.scheme) await authorize(page, name, attempt);
  const result = { sent: await send(page), curl: await page.locator(".curl-command").innerText() };
  if (attempt.scheme) {
    if (result.sent.status === 200) await shoot(page, name);
    await logOut(page, attempt);
    result.remains = await remains(page);
    if (result.sent.status === 200) result.afterLogout = await send(page);
  }
  seen[name] = result;
}

async function shoot(page, name) {
  await openDialog(page);
  await page.screenshot({ path: `${screenshots}/authorize-${name}.png` });
  await closeDialog(page);
  await page.locator(".curl-command").scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${screenshots}/authorize-${name}-sent.png` });
}

// The credentials of the last attempt on the page, after a reload without a logout.
async function tryAfterReload(page, name, attempt) {
  await authorize(page, name, attempt);
  await page.reload({ waitUntil: "load" }); // the address names the operation, which opens it
  await page.locator("#operations-records-sendRecord button.execute").waitFor();
  seen[name].remains += await remains(page);
  seen[name].afterReload = await send(page);
}

try {
  const shared = await open();
  for (const [name, attempt] of Object.entries(attempts)) {
    const page = attempt.certificate ? await open(attempt.certificate) : shared;
    await tryOut(page, name, attempt);
    if (attempt.certificate) await page.context().close();
  }
  const [name, attempt] = Object.entries(attempts).find(([, { scheme }]) => scheme === "Basic");
  await tryAfterReload(shared, name, attempt);
  await shared.setViewportSize({ width: 1280, height: 1500 });
  await openDialog(shared);
  seen.schemes = await shared.locator(".dialog-ux .auth-container h4").allInnerTexts();
  seen.dialog = await shared.locator(".dialog-ux").innerText();
  await shared.screenshot({ path: `${screenshots}/authorize-dialog.png` });
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen, null, 1));
