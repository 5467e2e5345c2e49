import { expect, test } from '../support/test';

test('the footer leads to the description of the API', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const link = page.getByRole('navigation', { name: 'Footer' }).getByRole('link', { name: 'API' });
  await link.click();
  await page.waitForURL('/api/v1/openapi.json');
  const answer = await page.request.get('/api/v1/openapi.json');
  expect(answer.headers()['content-type']).toContain('json');
  const description = (await answer.json()) as { openapi: string; paths: Record<string, unknown> };
  expect(description.openapi).toMatch(/^3\.1/);
  expect(Object.keys(description.paths)).toEqual(
    expect.arrayContaining(['/api/v1/decisions', '/api/v1/price-book', '/api/v1/scenarios/{token}']),
  );
});
