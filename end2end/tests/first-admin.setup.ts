import { expect, test } from '@playwright/test';
import { ADMIN, createAccount, setUpPath } from '../support/people';

test('the link of a new server makes the first administrator', async ({ page }) => {
  const link = setUpPath();
  await page.goto(link);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Set up Parsimony');
  await createAccount(page, 'Ada Byron', 'ada@example.org');
  await expect(page).toHaveURL('/portfolios');
  await expect(page.getByRole('link', { name: 'Ada Byron' })).toBeVisible();
  await page.context().storageState({ path: ADMIN });
});
