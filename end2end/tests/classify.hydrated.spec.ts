import { readFile } from 'node:fs/promises';
import {
  adapterButton,
  cascade,
  compared,
  loadToSort,
  messages,
  open,
  sort,
  sortedBy,
  sorting,
  SORTING,
} from '../support/classify';
import { running } from '../support/demo';
import { violations } from '../support/inspect';
import { keep } from '../support/keeping';
import { observed } from '../support/llm';
import { expect, test } from '../support/test';
import { field } from '../support/workbench';

// Most tests load 98 MB and compute with them.
test.slow();

const FINE_TUNED = /^The fine-tuned model$/;

/** The number before “ of ” in a cell. */
async function rightIn(page: Parameters<typeof compared>[0], column: number): Promise<number> {
  const text = await compared(page, /^Right, of those/).nth(column).innerText();
  return Number(/(\d+) of \d+/.exec(text)?.[1]);
}

test('the fine-tuned model beats the untouched one in front of the visitor, and its adapter comes and goes', async ({ visitor }) => {
  test.setTimeout(5 * 60_000);
  const { page } = visitor;
  await visitor.open('/demo');
  await expect(page.getByRole('tab', { name: 'Write and race' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: 'Write and race' }).press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Classify' })).toBeFocused();
  await expect(page).toHaveURL(/tab=classify$/);
  await loadToSort(visitor);
  await sort(page);

  await expect(compared(page, /^Messages \d/)).toHaveText(['16', '16']);
  const [untouched, tuned] = [await rightIn(page, 0), await rightIn(page, 1)];
  test.info().annotations.push({ type: 'right of 12', description: `untouched ${untouched}, fine-tuned ${tuned}` });
  // Twelve of sixteen have an intent; nobody can be right about the others.
  expect(tuned).toBeGreaterThanOrEqual(9);
  expect(tuned).toBeGreaterThan(untouched);
  await expect(compared(page, /^Computed on/)).toHaveText(['this device’s CPU', 'this device’s CPU']);
  await expect(compared(page, /^One message/).nth(1)).toContainText(/\d m?s and .*\d m?s/);
  await expect(compared(page, /^Cost of 1,000/).nth(1)).toContainText('no bill; its energy is unknown');
  await expect(messages(page)).toHaveCount(16);
  await page.getByRole('button', { name: 'Fine-tuned is wrong' }).click();
  await expect(messages(page)).toHaveCount(16 - tuned);
  await expect(page.getByRole('region', { name: 'Confused classes' })).toContainText('out of scope');
  expect(await violations(page)).toEqual([]);

  // Neither takes the weights along.
  await expect(adapterButton(page)).toHaveText('Take the adapter away');
  await adapterButton(page).click();
  await expect(sorting(page)).toContainText('The adapter was taken away in', { timeout: SORTING });
  await adapterButton(page).click();
  await expect(sorting(page)).toContainText('stands beside the weights, which were not loaded again', { timeout: SORTING });

  // The model writes as it did, whatever was beside it.
  await page.getByRole('tab', { name: 'Write and race' }).click();
  await expect(page.getByRole('button', { name: 'Write', exact: true })).toBeEnabled();

  // What was fetched stays in this browser.
  await page.goto('about:blank');
  await loadToSort(visitor);
  await adapterButton(page).click();
  await expect(sorting(page)).toContainText('its bytes, from this browser', { timeout: SORTING });
});

test('a table is read as spreadsheets save it, sorted, judged by its labels, and saved so that nothing in it runs', async ({ visitor }) => {
  test.setTimeout(4 * 60_000);
  const { page } = visitor;
  await loadToSort(visitor);
  await sortedBy(page, FINE_TUNED);
  await page.getByRole('button', { name: 'Table (CSV)' }).click();
  const rows = [
    'Nr;Kommentar;Intent',
    '1;"My new card hasn’t come; it was due Monday";card_arrival',
    '2;"=HYPERLINK(""https://example.org"";""Refund"")";Refund_not_showing_up',
    '3;Café: I want to close my account;Terminate account',
    '4;"Two lines,\nI lost my card";lost_or_stolen_card',
    '5;A label that nobody knows;something_else',
    '6;;card_arrival',
  ];
  // What Windows calls ANSI: é is one byte, and so is ’.
  const bytes = Buffer.from(rows.join('\r\n').replaceAll('’', '\u0092'), 'latin1');
  await page.getByLabel(/^A table with a message/).setInputFiles({ name: 'odd.csv', mimeType: 'text/csv', buffer: bytes });
  await expect(sorting(page)).toContainText('Read as Windows-1252, cells apart by semicolons.');
  await page.getByLabel('Messages are in').selectOption({ label: 'Kommentar' });
  await page.getByLabel('Right answers are in').selectOption({ label: 'Intent' });
  await sort(page);
  await expect(messages(page)).toHaveCount(6);
  await expect(messages(page).filter({ hasText: 'Café: I want' })).toContainText('terminate account right');
  await expect(messages(page).filter({ hasText: 'My new card hasn’t come' })).toHaveCount(1);
  await expect(messages(page).filter({ hasText: 'nothing to read' })).toHaveCount(1);
  await expect(sorting(page)).toContainText('One row has a label that is none of the classes; it is not judged.');

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download all results (CSV)' }).click();
  const saved = await readFile(await (await download).path(), 'utf8');
  expect(saved.startsWith('\ufeffrow,text,label,')).toBe(true);
  expect(saved).toContain(`"'=HYPERLINK(""https://example.org"";""Refund"")"`);
  expect(saved).toContain('"Two lines,\nI lost my card"');

  // Without a header, in one column.
  await page.getByLabel('Or paste it').fill('I lost my card\nMy card has not come\n');
  await expect(sorting(page)).toContainText('each row is one cell');
  await sort(page);
  await expect(messages(page)).toHaveCount(2);

  // What cannot be read is said with its row, and what was there stays.
  await page.getByLabel('Or paste it').fill('text,label\n"I lost my card,card_arrival\n');
  await sorting(page).getByRole('button', { name: 'Sort', exact: true }).click();
  await expect(sorting(page).getByRole('alert')).toContainText('opens a quotation that never ends');
  await expect(page.getByLabel('Or paste it')).toHaveValue(/I lost my card/);
});

test('a hundred thousand rows are read without a freeze, counted while they are sorted, and stopped', async ({ visitor }) => {
  test.setTimeout(4 * 60_000);
  const { page } = visitor;
  await loadToSort(visitor);
  await sortedBy(page, FINE_TUNED);
  await page.getByRole('button', { name: 'Table (CSV)' }).click();
  const lines = Array.from({ length: 100_001 }, (_, at) => `Where is card ${at}?,card_arrival`);
  const buffer = Buffer.from(`text,label\n${lines.join('\n')}\n`);
  await page.getByLabel(/^A table with a message/).setInputFiles({ name: 'large.csv', mimeType: 'text/csv', buffer });
  await expect(page.getByLabel('Messages are in')).toBeVisible({ timeout: 30_000 });
  await page.evaluate(() => {
    let last = performance.now();
    window.longestPause = 0;
    setInterval(() => {
      const now = performance.now();
      window.longestPause = Math.max(window.longestPause, now - last);
      last = now;
    }, 10);
  });
  await sorting(page).getByRole('button', { name: 'Sort', exact: true }).click();
  await expect(sorting(page).locator('.demo-progress')).toContainText(/Fine-tuned: \d+ of 100,000, .* a second/, { timeout: SORTING });
  await expect(sorting(page)).toContainText('The table has more than 100000 rows');
  await sorting(page).getByRole('button', { name: 'Stop sorting' }).click();
  await expect(sorting(page).getByRole('status').last()).toHaveText('The messages are sorted.', { timeout: SORTING });
  const longestPause = await page.evaluate(() => window.longestPause);
  test.info().annotations.push({ type: 'longest pause of the page', description: `${longestPause.toFixed(1)} ms` });
  // Other work on this machine may take its turn in between.
  expect(longestPause).toBeLessThan(2_000);
  const done = Number((await compared(page, /^Messages \d/).first().innerText()).replace(',', ''));
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(100_000);
});

test('a threshold is tried without the model, and what it comes to is put into a use case whose decision cites the card', async ({ visitor, uniqueName }) => {
  test.setTimeout(4 * 60_000);
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Cascade'), '?llm_quality=95');
  await open(visitor);
  const kept = () => cascade(page).locator('.figure').filter({ hasText: 'Kept by the small model' }).locator('dd').first();
  const slider = cascade(page).getByLabel('Confidence needed');
  await slider.fill('0');
  await expect(kept()).toHaveText('100.0%');
  await slider.fill('95');
  await expect(kept()).not.toHaveText('100.0%');
  await expect(cascade(page).locator('.chart-title')).toHaveText(/^At 0\.95 the small model keeps \d/);
  await slider.press('ArrowLeft');
  await expect(cascade(page).locator('.chart-title')).toHaveText(/^At 0\.94 /);
  await expect(cascade(page).locator('.figure').filter({ hasText: 'Out of scope' })).toContainText('CLINC150');
  await expect(cascade(page).getByRole('button', { name: 'Your labelled messages' })).toBeDisabled();
  await cascade(page).getByLabel('Messages a month').fill('250000');
  await cascade(page).getByLabel('Messages a month').press('Tab');
  await expect(cascade(page).locator('.figure').filter({ hasText: 'A month' })).toContainText('250,000 messages');
  expect(await violations(page)).toEqual([]);

  await cascade(page).getByRole('button', { name: 'Choose a use case' }).click();
  await cascade(page).getByLabel('Use case', { exact: true }).selectOption(address.split('/').pop()!);
  const link = await cascade(page).getByRole('link', { name: 'Open it with these numbers' }).getAttribute('href');
  await visitor.open(link!);
  await expect(field(visitor, 'slm_quality')).toHaveValue(/^\d+\.\d\.\.\d+\.\d\.\.\d+\.\d$/);
  await expect(field(visitor, 'share_handled')).toHaveValue(/^\d+\.\d\.\.\d+\.\d\.\.\d+\.\d$/);
  await expect(field(visitor, 'share_handled_source')).toHaveValue(/^Confidence of at least 0\.94 in Banking77’s validation split/);
  await expect(field(visitor, 'slm_latency_ms')).toHaveValue('');
  await page.getByLabel('What changed and why').fill('Measured it');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await expect(page).toHaveURL(address);
  const gap = page.locator('.dimensions tbody tr').filter({ has: page.locator('th', { hasText: /^Performance gap$/ }) });
  await expect(gap).toContainText('with the Banking77 adapter');
  await gap.getByRole('link').first().click();
  await expect(page).toHaveURL(/\/demo\/adapters\/banking77$/);
});

test('an API sorts the same messages beside the model, strictly read, and its faults are said', async ({ visitor, uniqueName, complaints }) => {
  test.setTimeout(4 * 60_000);
  const { page } = visitor;
  complaints.expectStatus(502);
  await open(visitor);
  await page.getByRole('button', { name: 'Your own text' }).click();
  await sortedBy(page, /\(API\)/);
  const mine = uniqueName('Where is my card');
  await page.getByLabel('Messages, one a line').fill(`${mine}\nI forgot my passcode`);
  await sort(page);
  expect((await observed()).asked).toContain(mine);
  await expect(compared(page, /^Messages \d/)).toHaveText(['2']);
  await expect(compared(page, /^One message/)).toContainText(/\d m?s and .*\d m?s/);
  await expect(compared(page, /^Cost of 1,000/)).toContainText(/^\$0\.\d+/);
  // The test's endpoint runs the untouched model: whatever it says is a class of the list, or quoted.
  for (const row of await messages(page).all()) {
    await expect(row.getByRole('cell').last()).toHaveText(/^(no class: “|no answer|[a-z A-Z?]+$)/);
  }

  await page.getByLabel('Messages, one a line').fill('[500] Where is my card?');
  await sort(page);
  await expect(sorting(page).getByRole('alert')).toContainText('reported an error of its own');
  await expect(compared(page, /^Messages \d/)).toContainText('1 more failed');

  await page.getByLabel('Messages, one a line').fill('[slow] Tell me everything\nand more');
  await sorting(page).getByRole('button', { name: 'Sort', exact: true }).click();
  await expect(sorting(page).locator('.demo-progress')).toBeVisible();
  await sorting(page).getByRole('button', { name: 'Stop sorting' }).click();
  await expect(sorting(page).getByRole('button', { name: 'Sort', exact: true })).toBeEnabled();
});

test('a stranger sees what a threshold comes to, and is told what it takes to do more', async ({ stranger }) => {
  const { page } = stranger;
  await open(stranger);
  await expect(sorting(page)).toContainText('The model is not loaded.');
  await expect(sorting(page)).toContainText('sign in to ask your organisation’s endpoint');
  await expect(cascade(page).getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', /^\/sign-in\?next=/);
  await expect(sorting(page).getByRole('button', { name: 'Sort', exact: true })).toBeDisabled();
  expect(await violations(page)).toEqual([]);
});

test('an adapter that is not the one that was published is refused, and the model goes on without it', async ({ visitor, complaints }) => {
  test.setTimeout(4 * 60_000);
  const { page } = visitor;
  complaints.leaveOut('.safetensors');
  await page.route('**/*.safetensors', async (route) => {
    const response = await route.fetch();
    const bytes = Buffer.from(await response.body());
    bytes[bytes.length - 1]! ^= 1;
    await route.fulfill({ response, body: bytes });
  });
  await loadToSort(visitor);
  await adapterButton(page).click();
  await expect(sorting(page).getByRole('alert')).toContainText('is not the adapter: its SHA-256 is wrong');
  await page.unroute('**/*.safetensors');
  await page.route('**/*.safetensors', (route) => route.abort('connectionreset'));
  await adapterButton(page).click();
  await expect(sorting(page).getByRole('alert')).toContainText('The adapter could not be fetched.');
  await page.unroute('**/*.safetensors');
  await sortedBy(page, FINE_TUNED);
  await sort(page);
  await expect(compared(page, /^Messages \d/)).toHaveText(['16']);
  await expect(running(page)).toBeVisible();
});
