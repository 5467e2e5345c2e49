import { fact, load, LOADING, running, write, WRITING } from '../support/demo';
import { expect, test } from '../support/test';

// On a software GPU: slow, but with every kernel.
test('the GPU gives the known answer, writes, and is compared with the CPU side by side', async ({ visitor }) => {
  test.setTimeout(10 * 60_000);
  const { page } = visitor;
  await load(visitor);
  await expect(fact(page, 'GPU')).toContainText('swiftshader');
  await running(page).getByText(/^Starting took/).click();
  for (const hardware of ['CPU', 'GPU']) {
    await expect(running(page).getByRole('row', { name: new RegExp(`^${hardware}`) })).toContainText('right');
  }
  await expect(running(page)).toContainText(/was \d+\.\d times as fast as/);

  await running(page).getByRole('button', { name: 'GPU', exact: true }).click();
  await expect(running(page)).toContainText('You chose the GPU.', { timeout: LOADING });
  await write(page);
  await expect(page.getByRole('heading', { name: 'Answer, computed on the GPU' })).toBeVisible();

  await page.getByRole('button', { name: 'CPU and GPU side by side' }).click();
  await expect(page.locator('.demo-answer')).toHaveCount(2, { timeout: WRITING });
  await expect(page.locator('.demo-answer').nth(1)).toContainText(/tokens; the answer/, { timeout: 3 * WRITING });
  await expect(page.locator('.chart-title')).toHaveText(/the CPU .* ms, the GPU .* ms$/, { timeout: LOADING });
});
