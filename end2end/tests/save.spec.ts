import { openPortfolio, saveToNew, SAMPLE } from '../support/keeping';
import { expect, test } from '../support/test';
import { decide, enter, option, total, verdict } from '../support/workbench';

test('an assessment is saved into a new portfolio', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Finance');
  const { page } = visitor;
  await visitor.open('/');
  await enter(visitor, 'name', 'Invoice triage');
  await enter(visitor, 'requests_per_month', '2M');
  await decide(visitor);
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  const sentence = await verdict(visitor).innerText();

  const address = await saveToNew(visitor, portfolio);
  await expect(page).toHaveTitle('Invoice triage · Parsimony');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Invoice triage');
  await expect(verdict(visitor)).toHaveText(sentence);
  await expect(option(visitor, 'frontier-api')).toContainText('$104,000');
  await expect(page.locator('#inputs')).toContainText('2,000,000 requests/month');
  await expect(page.locator('.revision')).toHaveCount(1);
  await expect(page.locator('.revision')).toContainText('Revision 1');

  // It stays: another load shows the same.
  await visitor.open(address);
  await expect(verdict(visitor)).toHaveText(sentence);
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: portfolio }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(portfolio);
  await expect(page.getByRole('link', { name: 'Invoice triage', exact: true })).toBeVisible();
});

test('a second use case joins an existing portfolio', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Claims');
  const { page } = visitor;
  await visitor.open('/');
  await saveToNew(visitor, portfolio);
  await visitor.open('/?preset=medical-coding');
  await page.getByLabel('Portfolio', { exact: true }).selectOption({ label: portfolio });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/\/use-cases\//);
  await openPortfolio(visitor, portfolio);
  await expect(page.getByRole('row', { name: /Medical coding/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /Document classification/ })).toBeVisible();
});

test('“Add use case” proposes the portfolio it was asked for', async ({ visitor, uniqueName }) => {
  const portfolio = uniqueName('Support');
  const { page } = visitor;
  await visitor.open('/');
  await saveToNew(visitor, portfolio);
  await openPortfolio(visitor, portfolio);
  await page.getByRole('link', { name: 'Add use case' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Assess a use case');
  await expect(page.getByLabel('Portfolio', { exact: true }).locator('option:checked')).toHaveText(portfolio);
});

test('a name that is taken is refused, and the inputs stay', async ({ visitor }) => {
  visitor.complaints.expectStatus(409);
  const { page } = visitor;
  await visitor.open('/?requests_per_month=2M');
  await page.getByLabel('New portfolio', { exact: true }).fill(SAMPLE);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('There is already a portfolio of that name.')).toBeVisible();
  await expect(page).toHaveURL(/requests_per_month=2M/);
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
});
