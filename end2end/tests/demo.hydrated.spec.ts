import { readFile } from 'node:fs/promises';
import { fact, load, LOADING, running, write, WRITING } from '../support/demo';
import { violations } from '../support/inspect';
import { expect, test } from '../support/test';

// Each test loads 98 MB and computes with them.
test.slow();
test.describe.configure({ mode: 'serial' });

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
  await expect(page.locator('.demo-progress')).toContainText(/of 98\.4 MB, .* a second/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.locator('.demo-progress')).toContainText('What has arrived is kept.');
  await page.unroute('**/models/*.gguf');

  // What has arrived survives the page.
  await visitor.reload();
  await expect(fact(page, 'Kept in this browser')).toHaveText(/ MB$/);
  await page.getByRole('button', { name: 'Go on with the download' }).click();
  await expect(running(page)).toContainText('because the GPU cannot', { timeout: LOADING });
  await expect(running(page).getByRole('button', { name: 'Whichever is faster' })).toHaveAttribute('aria-pressed', 'true');

  await write(page, 'List three short steps for making a cup of green tea.');
  await expect(page.locator('.demo-answer .prewrap')).not.toBeEmpty();
  const measures = page.getByRole('region', { name: /^Measured on this device/ });
  await expect(measures.locator('.figure').filter({ hasText: 'Tokens per second' })).toContainText(/\d/);
  await expect(measures.locator('.chart-title')).toHaveText(/^Half of the tokens came within .* ms/);
  await measures.getByText('The numbers').click();
  await expect(measures.getByRole('row', { name: /^CPU/ })).toBeVisible();
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
  await page.getByLabel('Longest answer').selectOption('256');
  await page.getByLabel('Prompt', { exact: true }).fill('Write a long story about a lighthouse.');
  await page.evaluate(() => {
    let last = performance.now();
    window.longestPause = 0;
    setInterval(() => {
      const now = performance.now();
      window.longestPause = Math.max(window.longestPause, now - last);
      last = now;
    }, 10);
  });
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  await expect(page.locator('.demo-answer .prewrap')).toContainText(/\w+ \w+ \w+/, { timeout: WRITING });
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
  await expect(page.locator('.demo-answer')).toContainText('was stopped');
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
  await page.route('**/pkg/slm.*.js', async (route) => {
    const response = await route.fetch();
    const body = `WebAssembly.validate = () => false;\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
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

declare global {
  interface Window {
    longestPause: number;
  }
}
