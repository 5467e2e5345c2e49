import { keep, openPortfolio } from '../support/keeping';
import { expect, test } from '../support/test';

test('a use case is archived from its row, and brought back', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Archive');
  const { page } = visitor;
  await keep(visitor, portfolio, '?name=Invoice%20triage');
  await openPortfolio(visitor, portfolio);
  const row = page.getByRole('row', { name: /Invoice triage/ });
  await row.getByRole('button', { name: /^Archive .*Invoice triage/ }).click();
  const toast = page.locator('.toast');
  await expect(toast).toContainText('“Invoice triage” archived.');
  await expect(row).toHaveCount(0);
  await toast.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
  await visitor.reload();
  await expect(row).toBeVisible();
});

test('a use case is archived from its page, and restored there', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Archive');
  const { page } = visitor;
  const address = await keep(visitor, portfolio, '?name=Invoice%20triage');
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await expect(page.getByText('“Invoice triage” archived.')).toBeVisible();
  await visitor.open(address);
  await expect(page.getByText('This use case is archived')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Edit', exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByRole('link', { name: 'Edit', exact: true })).toBeVisible();
  await expect(page.getByText('This use case is archived')).toHaveCount(0);
});

test('an archived use case cannot be changed by an old form', async ({ visitor, elsewhere, uniqueName }) => {
  visitor.complaints.expectStatus(409);
  const address = await keep(visitor, uniqueName('Archive'));
  await visitor.open(`${address}/edit`);
  await elsewhere.open(address);
  await elsewhere.page.getByRole('button', { name: 'Archive', exact: true }).click();
  await expect(elsewhere.page.locator('.toast')).toBeVisible();
  await visitor.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(visitor.page.getByText('This is archived.').first()).toBeVisible();
});

test('a use case is duplicated from its row', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Copies');
  const { page } = visitor;
  await keep(visitor, portfolio, '?name=Invoice%20triage');
  await openPortfolio(visitor, portfolio);
  await page.getByRole('button', { name: /^Duplicate .*Invoice triage/ }).click();
  await expect(page.locator('.toast')).toBeVisible();
  await openPortfolio(visitor, portfolio);
  await expect(page.getByRole('row', { name: /Invoice triage/ })).toHaveCount(2);
});

test('a use case is duplicated from its page', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Copies');
  const { page } = visitor;
  const address = await keep(visitor, portfolio, '?name=Invoice%20triage');
  await page.getByRole('button', { name: 'Duplicate', exact: true }).click();
  await expect(page).not.toHaveURL(address);
  await openPortfolio(visitor, portfolio);
  await expect(page.getByRole('row', { name: /Invoice triage/ })).toHaveCount(2);
});

test('a portfolio is archived, found among the archived ones, and brought back', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Old projects');
  const { page } = visitor;
  await keep(visitor, portfolio);
  await visitor.open('/portfolios');
  const entry = page.locator('.entry', { hasText: portfolio });
  await entry.getByRole('button', { name: /Archive/ }).click();
  await expect(page.locator('.toast')).toContainText(`“${portfolio}” archived.`);
  await expect(entry).toHaveCount(0);

  await visitor.open('/portfolios?archived=true');
  await expect(entry).toBeVisible();
  await visitor.open('/portfolios');
  await expect(entry).toHaveCount(0);
});

test('undo brings an archived portfolio back', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Old projects');
  const { page } = visitor;
  await keep(visitor, portfolio);
  await visitor.open('/portfolios');
  const entry = page.locator('.entry', { hasText: portfolio });
  await entry.getByRole('button', { name: /Archive/ }).click();
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(entry).toBeVisible();
  await visitor.reload();
  await expect(entry).toBeVisible();
});
