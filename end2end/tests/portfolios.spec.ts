import { SAMPLE } from '../support/keeping';
import { expect, test } from '../support/test';

test('a fresh site lists the sample portfolio with its totals', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/portfolios');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Portfolios');
  const entry = page.locator('.entry', { hasText: SAMPLE });
  await expect(entry.locator('.entry-figures')).toContainText('10');
  await expect(entry.locator('.entry-figures')).toContainText('$');
  await entry.getByRole('link', { name: SAMPLE, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(SAMPLE);
});

test('a new portfolio is created empty and says what to do next', async ({ visitor, uniqueName }) => {
  const { page } = visitor;
  const name = uniqueName('Ideas & “plans”');
  await visitor.open('/portfolios');
  await page.locator('input[name=name]').fill(name);
  await page.locator('[name=description]').fill('What the board asked about');
  await page.getByRole('button', { name: 'Create portfolio' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page.locator('.page-lead')).toHaveText('What the board asked about');
  await expect(page.getByRole('link', { name: 'Add use case' }).first()).toBeVisible();
});

test('a portfolio needs a name of its own', async ({ visitor }) => {
  visitor.complaints.expectStatus(409);
  const { page } = visitor;
  await visitor.open('/portfolios');
  await page.locator('input[name=name]').fill(SAMPLE.toUpperCase());
  await page.getByRole('button', { name: 'Create portfolio' }).click();
  await expect(page.getByText('There is already a portfolio of that name.')).toBeVisible();
});

test('blanks are no name', async ({ visitor }) => {
  visitor.complaints.expectStatus(422);
  const { page } = visitor;
  await visitor.open('/portfolios');
  await page.locator('input[name=name]').fill('   ');
  await page.getByRole('button', { name: 'Create portfolio' }).click();
  await expect(page.getByText('A name needs 1 to 120 characters.')).toBeVisible();
});
