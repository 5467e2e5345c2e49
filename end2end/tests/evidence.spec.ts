import { expect, test } from '../support/test';

test('the ledger shows every claim with its source', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/evidence');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const claims = page.locator('.claim');
  await expect(claims).toHaveCount(98);
  await expect(page.locator('.claim-source')).toHaveCount(98);
  await expect(page.locator('#claim-A2')).toContainText('10-100');
  await expect(page.locator('#claim-A2 .badge')).toHaveText('contradicted');
});

test('claims filter by verdict, and the tally is right', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/evidence');
  const links = page.locator('.verdict-filter a', { has: page.locator('.badge[class*="badge-"]') });
  const tally = await links.evaluateAll((all) =>
    all.map((link) => ({
      verdict: link.querySelector('.badge')?.textContent ?? '',
      count: Number(link.querySelector('.num')?.textContent ?? 0),
      href: link.getAttribute('href') ?? '',
    })),
  );
  expect(tally.length).toBe(6);
  for (const { verdict, count, href } of tally) {
    await visitor.open(href);
    await expect(page.locator('.claim')).toHaveCount(count);
    await expect(page.locator('.claim .badge', { hasText: verdict })).toHaveCount(count);
    await expect(page.locator('.verdict-filter a[aria-current]')).toContainText(verdict);
  }
  expect(tally.reduce((sum, { count }) => sum + count, 0)).toBe(98);
});

test('claims filter by section, together with the verdict', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/evidence');
  await page.locator('select[name=section]').selectOption({ label: 'Benchmarks' });
  await page.getByRole('button', { name: /^(Apply|Filter|Show)/ }).click();
  await expect(page).toHaveURL(/[?&]section=/);
  await expect(page.locator('.claim')).toHaveCount(16);
  await page.locator('.verdict-filter a', { hasText: 'contradicted' }).click();
  await expect(page).toHaveURL(/[?&]section=.*verdict=|[?&]verdict=.*section=/);
  const left = page.locator('.claim');
  await expect(left.locator('.badge').first()).toHaveText('contradicted');
  expect(await left.count()).toBeLessThan(16);
});

test('the article’s chart stands beside the engine’s', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/evidence');
  const chart = page.locator('.chart').first();
  await expect(chart.locator('.chart-title')).not.toBeEmpty();
  await chart.locator('.chart-numbers > summary').click();
  await expect(chart.locator('tbody tr')).not.toHaveCount(0);
});

test('a claim has an address of its own', async ({ visitor }) => {
  await visitor.open('/evidence#claim-T19');
  await expect(visitor.page.locator('#claim-T19')).toBeInViewport();
});
