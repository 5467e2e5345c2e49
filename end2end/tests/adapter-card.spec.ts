import type { Page } from '@playwright/test';
import { violations } from '../support/inspect';
import { keep } from '../support/keeping';
import { expect, test } from '../support/test';
import { enter, field, option } from '../support/workbench';

const CARD = '/demo/adapters/banking77';
const SOURCE = `Banking77 test half: 93.4% (92.1–94.5) of 1,540 messages right, SmolLM2-135M; card at ${CARD}`;

/** The rows of a table, by the name of its region; the first is the head. */
const rows = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).locator('tr');

test('the demo shows what fine-tuning brings beside simpler methods, and leads to the card', async ({ stranger }) => {
  const { page } = stranger;
  await stranger.open('/demo');
  const section = page.getByRole('region', { name: /^Fine-tuned for one task/ });
  await expect(section.locator('.badge')).toHaveText('recorded');
  await expect(rows(page, 'Methods on Banking77')).toHaveCount(6);
  const fineTuned = section.getByRole('row', { name: /^Fine-tuned SLM/ });
  await expect(fineTuned).toContainText(/\d\d\.\d%/);
  await expect(fineTuned).toContainText(/\d\d\.\d–\d\d\.\d%/);
  await expect(section.getByRole('row', { name: /^TF-IDF/ })).toBeVisible();
  await expect(section).toContainText(/examples/);
  await section.getByRole('link', { name: 'The adapter’s card' }).click();
  await expect(page).toHaveURL(CARD);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Banking77 adapter/);
});

test('the card has its tables, its chart and its sources, and needs neither a script nor an account', async ({ stranger }) => {
  const { page } = stranger;
  await stranger.open(CARD);
  await expect(page.getByRole('link', { name: 'Demo', exact: true }).first()).toHaveAttribute('aria-current', 'page');
  await expect(rows(page, 'Methods')).toHaveCount(6);
  await expect(rows(page, 'Learning curve')).toHaveCount(5);
  for (const name of ['5', '10', '30', /^all/]) {
    const region = page.getByRole('region', { name: 'Learning curve', exact: true });
    await expect(region.getByRole('rowheader', { name, exact: true })).toBeVisible();
  }
  for (const name of ['Cascade by threshold', 'Picked thresholds', 'Reliability', 'Most confused pairs']) {
    expect(await rows(page, name).count(), name).toBeGreaterThan(2);
  }
  const outside = page.getByRole('region', { name: 'Messages that belong to no intent' });
  await expect(outside).toContainText(/Accepted out of scope|Not run\./);
  const chart = page.locator('.chart');
  const finding = await chart.locator('.chart-title').innerText();
  await expect(chart.locator('.chart-wide svg[role=img]')).toHaveAttribute('aria-label', finding);

  // Every cell says something: what was not measured says so.
  const blank = await page.locator('main td, main th').evaluateAll((cells) => cells.filter((cell) => !cell.textContent?.trim()).length);
  expect(blank).toBe(0);
  await expect(page.locator('main')).not.toContainText(/NaN|inf\b|null/);
  for (const text of ['CC-BY-4.0', 'CC-BY-3.0', 'Casanueva', 'Larson', 'achieved values, not targets', 'average 13 tokens', 'reproduce.sh']) {
    await expect(page.locator('main')).toContainText(text);
  }
  const each = page.locator('details', { hasText: 'Each of the 77 intents' });
  await each.locator('summary').click();
  await expect(rows(page, 'Each intent')).toHaveCount(78);
  // axe needs JavaScript; without, `accessibility.spec.ts` looks at the page.
  if (stranger.scripted) expect(await violations(page)).toEqual([]);
});

test('a quality that cites the evaluation is cited by the performance gap, and opens the card', async ({ visitor, uniqueName }) => {
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Cited'), '?llm_quality=94.5');
  await visitor.open(`${address}/edit`);
  await enter(visitor, 'slm_quality', '92.1..93.4..94.5');
  await enter(visitor, 'slm_quality_source', SOURCE);
  await enter(visitor, 'share_handled', '92');
  await enter(visitor, 'share_handled_source', `Threshold 0.7; card at ${CARD}`);
  await expect(field(visitor, 'slm_quality_source')).toHaveValue(SOURCE);
  await page.getByLabel('What changed and why').fill('Measured it');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await expect(page).toHaveURL(address);
  await expect(page.locator('.revision')).toHaveCount(2);

  const gap = page.locator('.dimensions tbody tr').filter({ has: page.locator('th', { hasText: /^Performance gap$/ }) });
  await expect(gap).toContainText('LLM leads by 1.1 points (94.5% against 93.4%); the SLM’s is from Banking77');
  const link = gap.getByRole('link', { name: CARD });
  await expect(link).toHaveAttribute('href', CARD);
  // The same source among the inputs, in the history and with the option that handles a share of the requests.
  await expect(page.locator('#inputs').getByRole('link', { name: CARD })).toHaveCount(2);
  await expect(page.locator('.revision').first().getByRole('link', { name: CARD })).toHaveCount(2);
  await expect(option(visitor, 'hybrid').getByRole('link', { name: CARD })).toHaveCount(1);
  await link.click();
  await expect(page).toHaveURL(CARD);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Banking77 adapter/);
});

test('an address that somebody put into a source stays text', async ({ visitor, uniqueName }) => {
  const { page } = visitor;
  const stranger = `https://evil.example${CARD}`;
  const inputs = `?llm_quality=94&slm_quality=93&slm_quality_source=${encodeURIComponent(stranger)}`;
  await keep(visitor, uniqueName('Not ours'), inputs);
  await expect(page.locator('.dimensions')).toContainText(stranger);
  await expect(page.locator('a[href^="https://evil.example"]')).toHaveCount(0);
  await expect(page.locator('.dimensions').getByRole('link')).toHaveCount(0);
});

test('the encoder stands beside what was measured of a classical model', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/?preset=customer-classification');
  const encoder = option(visitor, 'cpu-encoder');
  await expect(encoder).toContainText(/TF-IDF model with logistic regression got \d\d\.\d% of Banking77 right where the fine-tuned SLM got \d\d\.\d%/);
  await encoder.getByRole('link', { name: 'How that was measured' }).click();
  await expect(page).toHaveURL(CARD);
});
