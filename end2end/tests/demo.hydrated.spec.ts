import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import {
  answers,
  beforeTheWorker,
  begin,
  fact,
  load,
  LOADING,
  measures,
  running,
  start,
  write,
  WRITING,
} from '../support/demo';
import { Door } from '../support/door';
import { violations } from '../support/inspect';
import { expect, test } from '../support/test';

// Each test loads 98 MB and computes with them.
test.slow();
test.describe.configure({ mode: 'serial' });

const NOTHING = { page: false, workers: 0 };

test('the model is downloaded, paused, resumed, used, found again without a network, and removed', async ({ visitor, complaints }) => {
  test.setTimeout(8 * 60_000);
  const { page } = visitor;
  await visitor.open('/demo');
  await expect(fact(page, 'Download, once')).toHaveText('98.4 MB');
  await expect(fact(page, 'Kept in this browser')).toHaveText('nothing yet');
  await expect(fact(page, 'GPU')).toHaveText(/WebGPU/);
  await expect(fact(page, 'Free storage')).toHaveText(/ [MG]B$/);

  // Slow enough to be paused in the middle.
  await page.route('**/models/*.gguf', async (route) => {
    await new Promise((done) => setTimeout(done, 200));
    // Pausing has ended it meanwhile.
    await route.continue().catch(() => {});
  });
  await page.getByRole('button', { name: 'Download and start' }).click();
  await expect(page.getByRole('region', { name: 'The model’s file' }).locator('.demo-progress')).toContainText(/of 98\.4 MB, .* a second/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('region', { name: 'The model’s file' }).locator('.demo-progress')).toContainText('What has arrived is kept.');
  await page.unroute('**/models/*.gguf');

  // What has arrived survives the page.
  await visitor.reload();
  await expect(fact(page, 'Kept in this browser')).toHaveText(/ MB$/);
  await page.getByRole('button', { name: 'Go on with the download' }).click();
  await expect(running(page)).toContainText('because the GPU cannot', { timeout: LOADING });
  await expect(running(page).getByRole('button', { name: 'Whichever is faster' })).toHaveAttribute('aria-pressed', 'true');

  await write(page, 'List three short steps for making a cup of green tea.');
  await expect(answers(page).locator('.prewrap')).not.toBeEmpty();
  const measured = measures(page);
  await expect(measured.locator('.figure').filter({ hasText: 'Tokens per second' })).toContainText(/\d/);
  await expect(measured.locator('.chart-title')).toHaveText(/^Half of the tokens came within .* ms/);
  await measured.getByText('The numbers').click();
  await expect(measured.getByRole('row', { name: /^CPU/ })).toBeVisible();
  expect(await violations(page)).toEqual([]);

  // Without a network: neither the list nor the file.
  complaints.leaveOut('/models');
  await page.route('**/models**', (route) => route.abort('internetdisconnected'));
  await visitor.reload();
  await expect(fact(page, 'Kept in this browser')).toHaveText('all of it');
  await page.getByRole('button', { name: 'Start the model' }).click();
  await expect(running(page)).toBeVisible({ timeout: LOADING });
  await running(page).getByText(/^Starting took/).click();
  await expect(running(page)).toContainText('all from this browser');
  await expect(running(page)).toContainText('and not again today');
  await page.unroute('**/models**');

  await page.getByRole('button', { name: 'Remove from this browser' }).click();
  await expect(fact(page, 'Kept in this browser')).toHaveText('nothing yet');
});

test('stopping ends an answer at once, and the page never freezes', async ({ visitor }) => {
  test.setTimeout(5 * 60_000);
  const { page } = visitor;
  await load(visitor);
  await page.evaluate(() => {
    let last = performance.now();
    window.longestPause = 0;
    setInterval(() => {
      const now = performance.now();
      window.longestPause = Math.max(window.longestPause, now - last);
      last = now;
    }, 10);
  });
  await begin(page, 'Write a long story about a lighthouse.', '256');
  await expect(answers(page).locator('.prewrap')).toContainText(/\w+ \w+ \w+/, { timeout: WRITING });
  const stopped = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        const start = performance.now();
        new MutationObserver(() => {
          if (document.querySelector('.demo-answers')?.textContent?.includes('was stopped')) done(performance.now() - start);
        }).observe(document.querySelector('.demo-answers')!, { childList: true, subtree: true, characterData: true });
        [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Stop')!.click();
      }),
  );
  const longestPause = await page.evaluate(() => window.longestPause);
  test.info().annotations.push({ type: 'stopped after', description: `${stopped.toFixed(1)} ms` });
  test.info().annotations.push({ type: 'longest pause of the page', description: `${longestPause.toFixed(1)} ms` });
  // The promise is 50 ms; other work on this machine may take its turn in between.
  expect(stopped).toBeLessThan(500);
  expect(longestPause).toBeLessThan(1_000);
  await expect(answers(page)).toContainText('was stopped');
  await write(page);
});

test('a line that breaks costs nothing but time', async ({ visitor, complaints }) => {
  test.setTimeout(5 * 60_000);
  const { page } = visitor;
  complaints.leaveOut('/models/');
  let pieces = 0;
  await page.route('**/models/*.gguf', (route) => (++pieces > 3 ? route.abort('connectionreset') : route.continue()));
  await visitor.open('/demo');
  await page.getByRole('button', { name: 'Download and start' }).click();
  await expect(page.getByRole('alert')).toContainText('The download broke off.', { timeout: 30_000 });
  await expect(page.getByRole('alert')).toContainText('What has arrived is kept');
  await page.unroute('**/models/*.gguf');
  await page.getByRole('button', { name: 'Go on with the download' }).click();
  await expect(running(page)).toBeVisible({ timeout: LOADING });
  await running(page).getByText(/^Starting took/).click();
  await expect(running(page)).toContainText(/8\d\.\d MB over the network/);
  await expect(running(page)).toContainText('is right');
});

test('a browser without SIMD is told so in a sentence', async ({ visitor }) => {
  const { page } = visitor;
  await beforeTheWorker(page, 'WebAssembly.validate = () => false;');
  await visitor.open('/demo');
  await expect(page.locator('.notice-warn')).toContainText('This browser has no SIMD in WebAssembly');
  await expect(page.getByRole('button', { name: /Download/ })).toBeHidden();
});

test('the benchmark runs by itself and saves what it measured', async ({ visitor }) => {
  test.setTimeout(8 * 60_000);
  const { page } = visitor;
  const download = page.waitForEvent('download', { timeout: 7 * 60_000 });
  await visitor.open('/demo?bench');
  const saved = JSON.parse(await readFile(await (await download).path(), 'utf8'));
  expect(saved.device.user_agent).toContain('Chrome');
  expect(saved.result.choice.backend).toBe('cpu');
  expect(saved.result.cases).toHaveLength(2);
  for (const { runs } of saved.result.cases) {
    expect(runs).toHaveLength(5);
    expect(runs[0].token_ms.length).toBeGreaterThan(4);
  }
  expect(saved.result.is_partial).toBe(false);
});

test('a second visit needs no network, shows nobody’s name, and goes with the model', async ({ visitor, complaints }) => {
  test.setTimeout(8 * 60_000);
  const { page } = visitor;
  const kept = page.getByText(/^The site cannot be reached, so this page is the one that this browser kept on \d{4}-/);
  const offline = fact(page, 'Without a network');
  const without = 'ERR_INTERNET_DISCONNECTED';
  await visitor.open('/demo');
  // Whoever only looks around is left without.
  await expect(offline).toHaveText('this page does not open');
  expect(await leftovers(page)).toEqual(NOTHING);
  await start(page);
  await expect(offline).toHaveText('this page opens too', { timeout: LOADING });
  await expect(page.locator('.account-name')).toBeVisible();
  await expect(kept).toHaveCount(0);

  complaints.expectFailure(without);
  await page.context().setOffline(true);
  await visitor.reload();
  await expect(kept).toBeVisible();
  await expect(page.locator('.account-name')).toHaveCount(0);
  await expect(page.locator('html')).toHaveAttribute('data-role', 'stranger');
  await expect(fact(page, 'Kept in this browser')).toHaveText('all of it');
  expect(await violations(page)).toEqual([]);
  await start(page);
  await write(page);
  await expect(page.getByRole('heading', { name: 'Answer, computed on the CPU' })).toBeVisible();

  // With a network the page is the site's own again, and the visitor's.
  await page.context().setOffline(false);
  await visitor.reload();
  await expect(kept).toHaveCount(0);
  await expect(page.locator('.account-name')).toBeVisible();
  await page.getByRole('button', { name: 'Remove from this browser' }).click();
  await expect(fact(page, 'Kept in this browser')).toHaveText('nothing yet');
  await expect(offline).toHaveText('this page does not open');
  await expect.poll(() => leftovers(page)).toEqual(NOTHING);
  await page.context().setOffline(true);
  await expect(page.goto('/demo')).rejects.toThrow(without);
});

test('a second visit needs no server', async ({ stranger, complaints, baseURL }) => {
  test.setTimeout(5 * 60_000);
  const { page } = stranger;
  const door = await Door.to(baseURL ?? '');
  await load(stranger, `${door.address}/demo`);
  await expect(fact(page, 'Without a network')).toHaveText('this page opens too', { timeout: LOADING });
  await door.shut();
  complaints.expectFailure('ERR_CONNECTION_REFUSED');
  await stranger.open(`${door.address}/demo`);
  await expect(page.getByText(/^The site cannot be reached/)).toBeVisible();
  await start(page);
  await write(page);
});

test('a site that has no demo any more leaves nothing behind in browsers', async ({ visitor }) => {
  test.setTimeout(5 * 60_000);
  const { page } = visitor;
  await load(visitor);
  await expect(fact(page, 'Without a network')).toHaveText('this page opens too', { timeout: LOADING });
  await page.context().route('**/demo', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<!DOCTYPE html><html lang="en"><title>Demo</title><main><p data-demo="none">No demo.</p></main></html>',
    }),
  );
  await visitor.open('/demo');
  await expect(page.getByText('No demo.')).toBeVisible();
  await expect.poll(() => leftovers(page)).toEqual(NOTHING);
});

test('a hundred prompts in a row take no more memory than three', async ({ visitor }) => {
  test.setTimeout(15 * 60_000);
  const { page } = visitor;
  await load(visitor);
  const memory = () => measures(page).locator('.figure').filter({ hasText: 'Memory of the model' }).innerText();
  let early = '';
  for (let place = 1; place <= 100; place += 1) {
    await write(page, `Repeat exactly: ${place}.`);
    if (place === 3) early = await memory();
  }
  expect(early).toMatch(/\d MB[^]*\d MB in the worker’s module/);
  expect(await memory()).toBe(early);
});

test('an answer goes on in a tab that nobody looks at', async ({ visitor }) => {
  test.setTimeout(5 * 60_000);
  const { page } = visitor;
  await load(visitor);
  await begin(page, 'Write a long story about a lighthouse.', '128');
  const text = answers(page).locator('.prewrap');
  await expect(text).toContainText(/\w+ \w+/, { timeout: WRITING });
  const before = await page.evaluate(() => {
    Object.defineProperties(document, {
      visibilityState: { configurable: true, get: () => 'hidden' },
      hidden: { configurable: true, get: () => true },
    });
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('blur'));
    return document.querySelector('.demo-answer .prewrap')?.textContent ?? '';
  });
  await expect(answers(page)).toContainText(/tokens; the answer (is complete|reached the length)/, { timeout: WRITING });
  const after = await text.innerText();
  expect(after.length).toBeGreaterThan(before.length);
  expect(after.startsWith(before.trim())).toBe(true);
});

/** Whether a browser keeps the page, and how many service workers it has of this site. */
function leftovers(page: Page): Promise<{ page: boolean; workers: number }> {
  return page.evaluate(async () => ({
    page: await caches.has('parsimony-demo'),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
}

declare global {
  interface Window {
    longestPause: number;
  }
}
