import type { Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { OIDC_NAME, OIDC_PORT } from '../support/organisation';
import { expect, test } from '../support/test';

test.beforeEach(({ complaints }) => {
  // The pages of the provider, and the fonts they want, are not ours to judge.
  complaints.leaveOut(`127.0.0.1:${OIDC_PORT}`);
  complaints.leaveOut('fonts.googleapis.com');
});

/** Confirms at the provider that one is this person. */
async function confirm(page: Page, login: string): Promise<void> {
  await page.locator('[name=login]').fill(login);
  await page.locator('[name=password]').fill('any');
  await page.locator('[type=submit]').click();
  // It asks once whether the site may know who one is.
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Goes to the provider from the sign-in page. */
async function leave(page: Page, next?: string): Promise<void> {
  await page.goto(next ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in');
  await page.getByRole('link', { name: `Sign in with ${OIDC_NAME}` }).click();
}

test('an invited person joins with the organisation and comes back with it', async ({ visitor, stranger }) => {
  const admin = visitor.page;
  await visitor.open('/settings/members');
  await admin.getByLabel('Role', { exact: true }).selectOption('editor');
  await admin.getByRole('button', { name: 'Invite', exact: true }).click();
  const link = new URL(await admin.getByLabel('Invitation link').inputValue()).pathname;

  const { page } = stranger;
  const email = `grace.${randomUUID().slice(0, 8)}@example.org`;
  const login = `${randomUUID()}|${email}|Grace Hopper`;
  await page.goto(link);
  await page.getByRole('link', { name: `Join with ${OIDC_NAME}` }).click();
  await confirm(page, login);
  await expect(page).toHaveURL('/portfolios');
  await page.goto('/settings');
  await expect(page.getByText(email)).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Grace Hopper');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();

  // The provider still knows the browser, so it asks nothing.
  await leave(page, '/settings');
  await expect(page).toHaveURL('/settings');
  await expect(page.getByText(email)).toBeVisible();

  // Somebody else with the same address is somebody else.
  await page.context().clearCookies();
  await leave(page);
  await confirm(page, `${randomUUID()}|${email}|Grace Hopper`);
  await expect(page).toHaveURL('/sign-in?refused=no_account_yet');
  await expect(page.getByRole('alert')).toContainText('nobody invited you here yet');
});

test('somebody whom nobody invited is told whom to ask', async ({ stranger }) => {
  const { page } = stranger;
  await leave(page, '/reviews');
  await confirm(page, `${randomUUID()}|mallory@example.org|Mallory`);
  await expect(page).toHaveURL('/sign-in?next=%2Freviews&refused=no_account_yet');
  await expect(page.getByRole('alert')).toContainText('Ask an admin for an invitation');
});

test('whoever cancels at the organisation is told that nothing happened', async ({ stranger }) => {
  const { page } = stranger;
  await leave(page);
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(page).toHaveURL('/sign-in?refused=organisation_declined');
  await expect(page.getByRole('alert')).toContainText('you cancelled');
});

test('an answer that belongs to no errand of this browser is refused', async ({ stranger }) => {
  const { page } = stranger;
  await page.goto('/sign-in/organisation/callback?code=forged&state=forged');
  await expect(page).toHaveURL('/sign-in?refused=organisation_failed');
  await expect(page.getByRole('alert')).toContainText('did not work');
  // Nor is another one's answer while this browser is on an errand of its own.
  await leave(page, '/reviews');
  await page.goto('/sign-in/organisation/callback?code=forged&state=forged');
  await expect(page.getByRole('alert')).toContainText('did not work');
});

test('an account is linked to the organisation from its settings only', async ({ team }) => {
  const mary = await team.join('Mary Shelley', 'viewer');
  const { page } = mary;
  const login = `${randomUUID()}|mary@elsewhere.example|Mary`;
  // What another site could send her to.
  await page.goto('/sign-in/organisation?link=forged');
  await expect(page).toHaveURL('/settings?failed=organisation_failed');
  await expect(page.getByText('did not work')).toBeVisible();

  await page.getByRole('link', { name: `Link with ${OIDC_NAME}` }).click();
  await confirm(page, login);
  await expect(page).toHaveURL('/settings?done=linked');
  await expect(page.getByText('from now on')).toBeVisible();
  await expect(page.getByRole('link', { name: `Link with ${OIDC_NAME}` })).toHaveCount(0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await leave(page, '/settings');
  await expect(page).toHaveURL('/settings');
  await expect(page.getByText(`${mary.handle}@example.org`)).toBeVisible();
});
