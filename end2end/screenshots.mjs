// Photographs every page, full length, at the widths of a phone and of a desk, in both colours, so that a
// person can look at them:
//
//   BASE_URL=http://127.0.0.1:3000 node screenshots.mjs <folder>
//
// Saves a use case and shares a link for it: use a site whose data nobody minds.
import { chromium as browsers } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from './chromium.mjs';

const baseURL = process.env.BASE_URL ?? 'http://127.0.0.1:3000';
const folder = process.argv[2];
if (!folder) {
  console.error('Say where to put the pictures: node screenshots.mjs <folder>');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const browser = await browsers.launch(chromium);

/** Makes what some pages need in order to show anything, and names the address of every page. */
async function places() {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const page = await context.newPage();
  const here = () => new URL(page.url()).pathname;
  const press = (/** @type {string} */ name) => page.getByRole('button', { name, exact: true }).click();

  await page.goto('/portfolios');
  await page.getByRole('link', { name: 'Article examples', exact: true }).click();
  await page.waitForURL('**/portfolios/*');
  const portfolio = here();
  await page.getByRole('link', { name: 'Customer support (general)', exact: true }).click();
  await page.waitForURL('**/use-cases/*');
  const sample = here();

  await page.goto('/?name=Invoice%20triage&requests_per_month=1M..2M..4M');
  await page.getByLabel('New portfolio', { exact: true }).fill(`Pictures ${Date.now()}`);
  await press('Save');
  await page.waitForURL('**/use-cases/*');
  const revised = here();
  await page.goto(`${revised}/edit`);
  await page.locator('#f-requests_per_month').fill('3M');
  await page.locator('#f-privacy').selectOption('on_premise_required');
  await page.getByLabel('What changed and why').fill('Measured in October; legal wants it in house.');
  await press('Save revision');
  await page.waitForURL(`**${revised}`);
  await press('Create link');
  await page.waitForURL('**/s/*');
  const shared = here();
  await context.close();

  return {
    assess: '/',
    'assess-on-premise': '/?preset=medical-coding',
    'assess-blank': '/?preset=blank',
    'assess-refused': '/?requests_per_month=-1&privacy=maybe&horizon_months=0',
    portfolios: '/portfolios',
    'portfolios-archived': '/portfolios?archived=true',
    portfolio,
    'portfolio-nothing-found': `${portfolio}?q=no-such-use-case`,
    'use-case': sample,
    'use-case-revised': revised,
    'use-case-edit': `${revised}/edit`,
    'use-case-edit-refused': `${revised}/edit?revision=2&requests_per_month=many`,
    shared,
    'shared-links': '/shared',
    evidence: '/evidence',
    'not-found': '/no/such/page',
  };
}

const addresses = Object.entries(await places());
for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [390, 1440]) {
    const context = await browser.newContext({
      baseURL,
      colorScheme,
      viewport: { width, height: width < 600 ? 844 : 900 },
      deviceScaleFactor: width < 600 ? 2 : 1,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    for (const [name, address] of addresses) {
      await page.goto(address, { waitUntil: 'networkidle' });
      const file = path.join(folder, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true });
      console.log(file);
    }
    await context.close();
  }
}
await browser.close();
