import type { Locator } from '@playwright/test';
import { expect, test } from '../support/test';
import { enter, total } from '../support/workbench';

/** How many pixels of a canvas are painted, and a sum that changes when the picture does. */
function painted(canvas: Locator): Promise<{ pixels: number; sum: number }> {
  return canvas.evaluate((element: HTMLCanvasElement) => {
    // A copy: reading the chart's own canvas would slow down its drawing.
    const copy = new OffscreenCanvas(element.width, element.height);
    const context = copy.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('no canvas');
    context.drawImage(element, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let pixels = 0;
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3]) pixels += 1;
      sum = (sum * 31 + (data[at] ?? 0) + (data[at + 1] ?? 0) * 3 + (data[at + 2] ?? 0) * 7) % 1_000_003;
    }
    return { pixels, sum };
  });
}

test('a live page draws every chart on its canvas', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  await expect(page.locator('.chart-frame.is-live')).toHaveCount(3);
  for (const canvas of await page.locator('.chart-canvas').all()) {
    expect((await painted(canvas)).pixels).toBeGreaterThan(500);
  }
});

test('the pointer reads values out', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const frame = page.locator('.chart-frame.is-live').first();
  await frame.scrollIntoViewIfNeeded();
  await frame.hover({ position: { x: 300, y: 150 } });
  const readOut = frame.locator('.read-out');
  await expect(readOut).toBeVisible();
  await expect(readOut.locator('.read-out-heading')).toHaveText(/\d/);
  await expect(readOut.locator('dl')).toContainText('Frontier LLM API');
  await expect(readOut.locator('dd').first()).toHaveText(/\$/);
  const heading = await readOut.locator('.read-out-heading').innerText();
  await frame.hover({ position: { x: 450, y: 150 } });
  await expect(readOut.locator('.read-out-heading')).not.toHaveText(heading);
  await page.mouse.move(0, 0);
  await expect(readOut).toHaveCount(0);
});

test('the read-out stays inside the chart at both ends', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const frame = page.locator('.chart-frame.is-live').first();
  await frame.scrollIntoViewIfNeeded();
  const width = (await frame.boundingBox())?.width ?? 0;
  for (const x of [80, width * 0.6]) {
    await frame.hover({ position: { x, y: 100 } });
    const [outer, inner] = [await frame.boundingBox(), await frame.locator('.read-out').boundingBox()];
    expect(inner!.x).toBeGreaterThanOrEqual(outer!.x - 1);
    expect(inner!.x + inner!.width).toBeLessThanOrEqual(outer!.x + outer!.width + 1);
  }
});

test('the arrow keys read values out', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const frame = page.locator('.chart-frame.is-live').first();
  const heading = frame.locator('.read-out-heading');
  await frame.focus();
  await page.keyboard.press('ArrowRight');
  await expect(heading).toBeVisible();
  const first = await heading.innerText();
  await page.keyboard.press('ArrowRight');
  await expect(heading).not.toHaveText(first);
  await page.keyboard.press('Home');
  await expect(heading).toHaveText(first);
  await page.keyboard.press('End');
  await expect(heading).not.toHaveText(first);
  await page.keyboard.press('Escape');
  await expect(heading).toHaveCount(0);
});

test('every live chart can be read with the keyboard', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  await expect(page.locator('.chart-frame.is-live')).toHaveCount(3);
  for (const frame of await page.locator('.chart-frame.is-live').all()) {
    await frame.focus();
    await page.keyboard.press('Home');
    await expect(frame.locator('.read-out dd').first()).toBeVisible();
  }
});

test('an edit, a theme and a size each draw anew', async ({ visitor }) => {
  const { page } = visitor;
  await page.emulateMedia({ colorScheme: 'light' });
  await visitor.open('/');
  const canvas = page.locator('.chart-canvas').nth(1);
  let before = await painted(canvas);
  await enter(visitor, 'requests_per_month', '2M');
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  await expect.poll(async () => (await painted(canvas)).sum).not.toBe(before.sum);

  before = await painted(canvas);
  await page.getByRole('button', { name: 'Dark' }).click();
  await expect.poll(async () => (await painted(canvas)).sum).not.toBe(before.sum);

  before = await painted(canvas);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Auto' }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(async () => (await painted(canvas)).sum).not.toBe(before.sum);

  await page.setViewportSize({ width: 390, height: 844 });
  const frame = page.locator('.chart-frame').nth(1);
  await expect
    .poll(async () => canvas.evaluate((element: HTMLCanvasElement) => element.width / devicePixelRatio))
    .toBe(await frame.evaluate((element) => element.clientWidth));
  expect((await painted(canvas)).pixels).toBeGreaterThan(500);
});

test('a chart is sharp on a dense screen', async ({ browser, complaints }) => {
  const context = await browser.newContext({ deviceScaleFactor: 2, viewport: { width: 1280, height: 800 } });
  complaints.listen(context);
  const page = await context.newPage();
  await page.goto('/');
  const canvas = page.locator('.chart-frame.is-live .chart-canvas').first();
  await expect(canvas).toBeVisible();
  const ratio = await canvas.evaluate((element: HTMLCanvasElement) => element.width / element.clientWidth);
  expect(ratio).toBeCloseTo(2, 1);
  await context.close();
});

test('a page that the browser renders itself has live charts too', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/portfolios');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Assess' }).click();
  await expect(page.locator('.chart-frame.is-live')).toHaveCount(3);
  expect((await painted(page.locator('.chart-canvas').first())).pixels).toBeGreaterThan(500);
});
