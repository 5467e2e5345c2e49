import type { Locator } from '@playwright/test';
import { openPortfolio, SAMPLE } from '../support/keeping';
import { expect, test } from '../support/test';

function rows(table: Locator): Locator {
  return table.locator('tbody tr');
}

/** The names of the use cases as they stand. */
async function names(table: Locator): Promise<string[]> {
  return table.locator('tbody th a').allInnerTexts();
}

test('the sample portfolio shows its use cases, totals and quadrant', async ({ visitor }) => {
  await openPortfolio(visitor, SAMPLE);
  const { page } = visitor;
  await expect(rows(page.locator('table.data-table').first())).toHaveCount(10);
  const figure = (term: string) => page.locator('.figure', { hasText: term }).locator('dd.num');
  await expect(figure('All on the frontier API')).toHaveText(/^\$[\d,.]+[KMB]?/);
  await expect(figure('Recommended mix')).toHaveText(/^\$[\d,.]+[KMB]?/);
  await expect(figure('Saving')).toHaveText(/\d/);
  await expect(page.locator('.chart-frame').first()).toBeVisible();
});

test('the table sorts by each heading, in both directions', async ({ visitor }) => {
  await openPortfolio(visitor, SAMPLE);
  const table = visitor.page.locator('table.data-table').first();
  const headings = table.locator('thead th:has(a.sort)');
  const labels = await headings.locator('a.sort').allInnerTexts();
  expect(labels.length).toBeGreaterThan(2);
  for (const index of labels.keys()) {
    const heading = headings.nth(index);
    for (const _ of ['once', 'and the other way round']) {
      const before = (await heading.getAttribute('aria-sort')) ?? 'none';
      await heading.locator('a.sort').click();
      await expect(heading).not.toHaveAttribute('aria-sort', before);
      await expect(heading).toHaveAttribute('aria-sort', /^(ascending|descending)$/);
      await expect(table.locator('thead th[aria-sort$="cending"]')).toHaveCount(1);
      await expect(rows(table)).toHaveCount(10);
    }
  }
});

test('names stand from A to Z, or from Z to A, and the address keeps the order', async ({ visitor }) => {
  await openPortfolio(visitor, SAMPLE);
  const { page } = visitor;
  const table = page.locator('table.data-table').first();
  const heading = table.locator('thead th').first();
  await expect(heading).toHaveAttribute('aria-sort', 'ascending');
  const up = await names(table);
  expect(up).toEqual([...up].sort((one, other) => one.localeCompare(other, 'en')));
  await heading.locator('a.sort').click();
  await expect(page).toHaveURL(/[?&]sort=-name/);
  await expect(heading).toHaveAttribute('aria-sort', 'descending');
  expect(await names(table)).toEqual([...up].reverse());
  await visitor.reload();
  expect(await names(table)).toEqual([...up].reverse());
});

test('the table filters by text', async ({ visitor }) => {
  await openPortfolio(visitor, SAMPLE);
  const { page } = visitor;
  const table = page.locator('table.data-table').first();
  await page.locator('[name=q]').fill('MEDICAL');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/[?&]q=MEDICAL/);
  await expect(rows(table)).toHaveCount(1);
  await expect(table).toContainText('Medical coding');
  await expect(page.locator('.filter-count')).toContainText(/1 of 10/);
  await visitor.reload();
  await expect(page.locator('[name=q]')).toHaveValue('MEDICAL');
  await expect(rows(table)).toHaveCount(1);
  await page.goBack();
  await expect(rows(table)).toHaveCount(10);
});

test('the table filters by verdict and by option', async ({ visitor }) => {
  const path = await openPortfolio(visitor, SAMPLE);
  const { page } = visitor;
  const table = page.locator('table.data-table').first();
  for (const name of ['verdict', 'option']) {
    await visitor.open(path);
    const codes = await page
      .locator(`select[name=${name}] option`)
      .evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value).filter(Boolean));
    let found = 0;
    for (const code of codes) {
      await visitor.open(`${path}?${name}=${encodeURIComponent(code)}`);
      await expect(page.locator(`select[name=${name}]`)).toHaveValue(code);
      found += await rows(table).count();
    }
    expect(found, `use cases over all answers of ${name}`).toBeLessThanOrEqual(10);
    expect(found, `use cases over all answers of ${name}`).toBeGreaterThan(0);
  }
});

test('a filter and a sort order go together', async ({ visitor }) => {
  await openPortfolio(visitor, SAMPLE);
  const { page } = visitor;
  const table = page.locator('table.data-table').first();
  await page.locator('[name=q]').fill('article');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(rows(table)).toHaveCount(2);
  await table.locator('thead a.sort').first().click();
  await expect(page).toHaveURL(/[?&]q=article/);
  await expect(page).toHaveURL(/[?&]sort=/);
  await expect(rows(table)).toHaveCount(2);
});

test('a filter that finds nothing says so', async ({ visitor }) => {
  const path = await openPortfolio(visitor, SAMPLE);
  await visitor.open(`${path}?q=no-such-use-case`);
  await expect(visitor.page.locator('main tbody tr a')).toHaveCount(0);
  await expect(visitor.page.locator('.filter-count')).toContainText('0 of 10');
});

test('a filter or sort order that does not exist is no error', async ({ visitor }) => {
  const path = await openPortfolio(visitor, SAMPLE);
  await visitor.open(`${path}?sort=nonsense&verdict=nonsense&option=nonsense&q=`);
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText(SAMPLE);
});

test('each row’s buttons name the use case', async ({ visitor }) => {
  await openPortfolio(visitor, SAMPLE);
  const { page } = visitor;
  await expect(page.getByRole('link', { name: /^Edit .*Medical coding/ })).toHaveCount(1);
  await expect(page.getByRole('button', { name: /^Duplicate .*Medical coding/ })).toHaveCount(1);
  await expect(page.getByRole('button', { name: /^Archive .*Medical coding/ })).toHaveCount(1);
  await page.getByRole('link', { name: /^Edit .*Medical coding/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Edit Medical coding');
});
