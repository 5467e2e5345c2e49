// Photographs every page, full length, at the widths of a phone and of a desk, in both colours, so that a
// person can look at them:
//
//   BASE_URL=http://127.0.0.1:3000 node screenshots.mjs <folder> <set-up link>
//
// Takes the link that makes the first administrator, saves use cases, proposes one, invites somebody and shares a
// link: use a new site whose data nobody minds.
import { chromium as browsers } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from './chromium.mjs';

const baseURL = process.env.BASE_URL ?? 'http://127.0.0.1:3000';
const [folder, setUpLink] = process.argv.slice(2);
if (!folder || !setUpLink) {
  console.error('Say where to put the pictures, and the set-up link: node screenshots.mjs <folder> <link>');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const browser = await browsers.launch(chromium);

/**
 * Makes what some pages need in order to show anything, and names the address of every page: for members, and for
 * strangers.
 */
async function places() {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const page = await context.newPage();
  const here = () => new URL(page.url()).pathname;
  const press = (/** @type {string} */ name) => page.getByRole('button', { name, exact: true }).click();

  const setUp = new URL(setUpLink, baseURL).pathname;
  await photograph('set-up', setUp);
  await page.goto(setUp);
  await page.getByLabel('Name').fill('Ada Byron');
  await page.getByLabel('E-mail address').fill('ada@example.org');
  await page.getByLabel('Password').fill('three unrelated words walk');
  await press('Create the account');
  await page.waitForURL('**/portfolios');

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

  await page.goto(sample);
  await press('Propose this classification');
  await page.getByLabel('Comment', { exact: true }).fill('The volume is last *quarter’s*.');
  await press('Comment');
  await page.goto('/settings/members');
  await page.getByLabel('Role', { exact: true }).selectOption('reviewer');
  await press('Invite');
  const invitation = new URL(await page.getByLabel('Invitation link').inputValue()).pathname;
  const storageState = await context.storageState();
  await context.close();

  const members = {
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
    reviews: '/reviews',
    notifications: '/notifications',
    settings: '/settings',
    workspace: '/settings/workspace',
    members: '/settings/members',
    tokens: '/settings/tokens',
    audit: '/settings/audit',
    'shared-links': '/shared',
    evidence: '/evidence',
    'not-found': '/no/such/page',
  };
  const strangers = { 'sign-in': '/sign-in', invitation, shared, 'assess-stranger': '/' };
  return { members, strangers, storageState };
}

/**
 * Photographs a page in both colours and widths, as a stranger or as a member.
 * @param {string} name
 * @param {string} address
 * @param {import('@playwright/test').BrowserContextOptions['storageState']} storageState
 */
async function photograph(name, address, storageState = undefined) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const width of [390, 1440]) {
      const context = await browser.newContext({
        baseURL,
        colorScheme,
        storageState,
        viewport: { width, height: width < 600 ? 844 : 900 },
        deviceScaleFactor: width < 600 ? 2 : 1,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      // Not until the network is idle: a page of a member keeps an event stream open.
      await page.goto(address);
      await page.evaluate(() => document.fonts.ready);
      await page.waitForTimeout(600);
      const file = path.join(folder, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true });
      console.log(file);
      await context.close();
    }
  }
}

const { members, strangers, storageState } = await places();
for (const [name, address] of Object.entries(strangers)) await photograph(name, address);
for (const [name, address] of Object.entries(members)) await photograph(name, address, storageState);
await browser.close();
