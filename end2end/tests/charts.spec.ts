import { expect, test } from '../support/test';

test('charts are drawings with a finding, a name and labelled axes', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const charts = page.locator('.chart');
  await expect(charts).toHaveCount(3);
  for (const index of [0, 1, 2]) {
    const chart = charts.nth(index);
    const finding = await chart.locator('.chart-title').innerText();
    expect(finding.length).toBeGreaterThan(10);
    await expect(chart.locator('.chart-note')).not.toBeEmpty();
    const drawing = chart.locator('.chart-wide svg[role=img]');
    await expect(drawing).toHaveAttribute('aria-label', finding);
    await expect(drawing.locator('path').first()).toBeAttached();
    expect((await drawing.locator('text').allTextContents()).length).toBeGreaterThan(5);
  }
});

test('without JavaScript the drawing is what one sees', async ({ visitor }) => {
  test.skip(visitor.scripted, 'A live page draws on a canvas.');
  const { page } = visitor;
  await visitor.open('/');
  await expect(page.locator('.chart-wide svg').first()).toBeVisible();
  await expect(page.locator('.chart-frame.is-live')).toHaveCount(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.locator('.chart-wide svg').first()).toBeHidden();
  await expect(page.locator('.chart-narrow svg').first()).toBeVisible();
});

test('every chart has its numbers as a table', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  for (const chart of await page.locator('.chart').all()) {
    await chart.locator('.chart-numbers > summary').click();
    const table = chart.locator('.chart-numbers table');
    await expect(table).toBeVisible();
    expect(await table.locator('tbody tr').count()).toBeGreaterThan(0);
    const columns = await table.locator('thead th').count();
    expect(columns).toBeGreaterThan(1);
    await expect(table.locator('tbody tr').first().locator('th, td')).toHaveCount(columns);
  }
});

test('the cumulative cost ends at the totals', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const chart = page.locator('.chart', { hasText: 'Cumulative cost' });
  await chart.locator('.chart-numbers > summary').click();
  await expect(chart.locator('tbody tr').last()).toContainText('522,000');
  await expect(chart.locator('tbody tr').last()).toContainText('76,100');
});
