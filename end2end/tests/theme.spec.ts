import type { Page } from '@playwright/test';
import { expect, test } from '../support/test';

function surface(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

test('colours follow the system', async ({ visitor }) => {
  const { page } = visitor;
  await page.emulateMedia({ colorScheme: 'light' });
  await visitor.open('/');
  await expect(page.getByRole('button', { name: 'Auto' })).toHaveAttribute('aria-pressed', 'true');
  const light = await surface(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => surface(page)).not.toBe(light);
});

for (const [choice, system] of [
  ['Dark', 'light'],
  ['Light', 'dark'],
] as const) {
  test(`${choice} stays chosen although the system is ${system}`, async ({ visitor }) => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme: system });
    await visitor.open('/?requests_per_month=2M');
    const before = await surface(page);
    await page.getByRole('button', { name: choice }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', choice.toLowerCase());
    await expect(page.getByRole('button', { name: choice })).toHaveAttribute('aria-pressed', 'true');
    await expect(page).toHaveURL('/?requests_per_month=2M');
    await expect.poll(() => surface(page)).not.toBe(before);
    const chosen = await surface(page);

    await visitor.reload();
    expect(await surface(page)).toBe(chosen);
    await visitor.open('/portfolios');
    await expect(page.locator('html')).toHaveAttribute('data-theme', choice.toLowerCase());
    await expect(page.getByRole('button', { name: choice })).toHaveAttribute('aria-pressed', 'true');

    await page.getByRole('button', { name: 'Auto' }).click();
    await expect(page.locator('html')).not.toHaveAttribute('data-theme');
    await expect.poll(() => surface(page)).toBe(before);
  });
}
