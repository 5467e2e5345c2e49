import { expect, test } from '../support/test';

const UNKNOWN = '0198c0de-0000-7000-8000-000000000000';

for (const path of [
  '/no/such/page',
  '/portfolios/not-an-id',
  `/portfolios/${UNKNOWN}`,
  '/use-cases/not-an-id',
  `/use-cases/${UNKNOWN}`,
  `/use-cases/${UNKNOWN}/edit`,
  `/use-cases/${UNKNOWN}?revision=2`,
  '/s/x',
  `/s/${'A'.repeat(43)}`,
  '/s/%00',
  '/api/no-such-function',
]) {
  test(`${path} is not found`, async ({ visitor }) => {
    visitor.complaints.expectStatus(404);
    const response = await visitor.page.goto(path);
    expect(response?.status()).toBe(404);
  });
}

test('a file that is not there is not found', async ({ visitor }) => {
  const response = await visitor.page.request.get('/pkg/no-such-file.js');
  expect(response.status()).toBe(404);
});

test('the page that is not there says where to go instead', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/no/such/page', 404);
  await expect(page).toHaveTitle('Page not found · Parsimony');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
  await page.locator('main').getByRole('link', { name: 'Portfolios' }).click();
  await expect(page).toHaveURL('/portfolios');
});

test('a revision that is not there is not found', async ({ visitor }) => {
  await visitor.open('/portfolios');
  await visitor.page.getByRole('link', { name: 'Article examples', exact: true }).click();
  await visitor.page.getByRole('link', { name: 'Medical coding', exact: true }).click();
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText('Medical coding');
  await visitor.open(`${visitor.address()}?revision=99`, 404);
});
