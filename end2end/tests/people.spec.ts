import { execFileSync } from 'node:child_process';
import { keep } from '../support/keeping';
import { PASSWORD } from '../support/people';
import { expect, test } from '../support/test';

test('whoever is not signed in is led to the door and back', async ({ stranger, team }) => {
  const mary = await team.join('Mary Shelley', 'viewer');
  const { page } = stranger;
  await page.goto('/reviews');
  await expect(page).toHaveURL('/sign-in?next=%2Freviews');
  await page.getByLabel('E-mail address').fill(`${mary.handle}@example.org`);
  await page.getByLabel('Password').fill('not the password at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('do not belong together');
  await expect(page.getByLabel('E-mail address')).toHaveValue(`${mary.handle}@example.org`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/reviews');
  await page.goto('/settings');
  await expect(page.getByRole('region', { name: 'Your sessions' }).getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'End all others' }).click();
  await expect(page.getByText('All your other sessions have ended')).toBeVisible();
  await mary.page.goto('/settings');
  await expect(mary.page).toHaveURL(/\/sign-in/);
});

test('an unknown address is answered like a wrong password', async ({ stranger }) => {
  const { page } = stranger;
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill('nobody@example.org');
  await page.getByLabel('Password').fill('not the password at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('do not belong together');
});

test('a viewer reads and is offered nothing else', async ({ visitor, team, uniqueName }) => {
  const address = await keep(visitor, uniqueName('Read'));
  const mary = await team.join('Mary Shelley', 'viewer');
  await mary.open(address);
  await expect(mary.page.locator('#verdict-sentence')).toBeVisible();
  for (const name of ['Edit', 'Archive', 'Propose this classification', 'Comment', 'Create link']) {
    await expect(mary.page.getByRole('button', { name, exact: true })).toHaveCount(0);
    await expect(mary.page.getByRole('link', { name, exact: true })).toHaveCount(0);
  }
  await mary.open('/portfolios');
  await expect(mary.page.getByRole('button', { name: 'Create portfolio' })).toHaveCount(0);
});

test('an invitation works once, and a weak password is explained', async ({ visitor, stranger }) => {
  await visitor.open('/settings/members');
  await visitor.page.getByRole('button', { name: 'Invite', exact: true }).click();
  const link = new URL(await visitor.page.getByLabel('Invitation link').inputValue()).pathname;
  const { page } = stranger;
  await page.goto(link);
  await page.getByLabel('Name').fill('Percy Shelley');
  await page.getByLabel('E-mail address').fill(`percy.${link.slice(-6)}@example.org`);
  await page.getByLabel('Password').fill('passwordpassword');
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByText('one of the first that attackers try')).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Percy Shelley');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page).toHaveURL('/portfolios');
  await stranger.open(link, 410);
});

test('the last admin of a workspace cannot leave it', async ({ team, uniqueName }) => {
  const mary = await team.join('Mary Shelley', 'viewer');
  const name = uniqueName('Frankenstein');
  await mary.open('/settings');
  await mary.page.getByText('Found a workspace').click();
  await mary.page.getByLabel('Name of the new workspace').fill(name);
  await mary.page.getByRole('button', { name: 'Found it' }).click();
  await expect(mary.page.getByText('The workspace is founded')).toBeVisible();
  await mary.page.getByText(`Leave “${name}”`).click();
  await mary.page.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(mary.page.getByText('A workspace keeps at least one admin')).toBeVisible();
});

test('an API token is shown once and opens the API', async ({ visitor, stranger, uniqueName }) => {
  const { page } = visitor;
  const name = uniqueName('Export');
  await visitor.open('/settings/tokens');
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Make the token' }).click();
  const token = await page.getByLabel('The new token').inputValue();
  await page.reload();
  await expect(page.getByLabel('The new token')).toHaveCount(0);
  const ask = (headers: Record<string, string>) =>
    stranger.page.request.get('/api/v1/portfolios', { headers });
  expect((await ask({ Authorization: `Bearer ${token}` })).status()).toBe(200);
  expect((await ask({})).status()).toBe(401);
  await page.getByRole('button', { name: `Revoke ${name}` }).click();
  await expect(page.getByText('The token is revoked')).toBeVisible();
  expect((await ask({ Authorization: `Bearer ${token}` })).status()).toBe(401);
});

test('an override ends by itself', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const alan = await team.join('Alan Turing', 'reviewer');
  const mary = await team.join('Mary Shelley', 'reviewer');
  const address = await keep(visitor, uniqueName('Override'));
  await visitor.open(address);
  await visitor.page.getByRole('button', { name: 'Propose this classification' }).click();
  const state = (of: typeof visitor) => of.page.locator('#review .badge').first();
  await expect(state(visitor)).toHaveText('Proposed');
  await grace.open(`${address}#review`);
  await grace.page.getByText('Override', { exact: true }).click();
  const day = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000).toISOString();
  await grace.page.getByLabel('Why is the engine wrong here?').fill('A contract binds us.');
  await grace.page.getByLabel('Holds until (UTC)').fill(day(30).slice(0, 10));
  await grace.page.getByRole('button', { name: 'Override the engine’s answer' }).click();
  await expect(grace.page.locator('#review')).toContainText('in the place of the engine’s answer');
  // It is her answer now, so others have to look at it.
  await expect(grace.page.getByRole('button', { name: 'Approve', exact: true })).toHaveCount(0);
  for (const reviewer of [mary, alan]) {
    await reviewer.open(`${address}#review`);
    await reviewer.page.getByRole('button', { name: 'Approve', exact: true }).click();
  }
  await expect(state(alan)).toHaveText('Approved');

  // The same jobs that the server runs, with another clock.
  execFileSync(process.env.PARSIMONY_BIN ?? '', ['run-jobs', '--at', day(20)]);
  await alan.open(`${address}#review`);
  await expect(state(alan)).toHaveText('Approved');
  execFileSync(process.env.PARSIMONY_BIN ?? '', ['run-jobs', '--at', day(40)]);
  await alan.open(`${address}#review`);
  await expect(state(alan)).toHaveText('Proposed');
  await expect(alan.page.locator('#review')).toContainText('The override has come to its end');
});
