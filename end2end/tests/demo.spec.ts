import { expect, test } from '../support/test';

test('published and recorded figures name their source, and need neither a script nor an account', async ({ stranger }) => {
  const { page } = stranger;
  await stranger.open('/demo');
  const published = page.getByRole('region', { name: 'Published latencies' });
  await expect(published.getByRole('row', { name: /^gpt-4o / })).toContainText('0.45 s to first token');
  await expect(published.getByRole('row', { name: /^gpt-4o / })).toContainText('2026-06-24');
  await expect(published.getByRole('row', { name: /^gpt-4o-mini / })).toContainText('undated');
  const recorded = page.getByRole('region', { name: 'Recorded results' });
  await expect(recorded.getByRole('row', { name: /wllama/ })).toContainText('6.6');
  // In the HTML itself: a browser that is told by a test to run no scripts still hides it.
  const html = await (await page.request.get('/demo')).text();
  expect(html).toMatch(/<noscript><p class="notice">This part needs JavaScript/);
});

test('the navigation leads to the demo', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Demo' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A small model in this browser');
  await expect(page.getByRole('link', { name: 'Demo' })).toHaveAttribute('aria-current', 'page');
});
