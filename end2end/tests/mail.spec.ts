import { MAIL_FROM, mailFor, mailsFor } from '../support/mail';
import { createAccount } from '../support/people';
import { expect, test } from '../support/test';

/** An address that nobody else has. */
const addressOf = (name: string) => `${name.toLowerCase().replace(/\W+/g, '.')}@example.org`;

test('an invitation for an address arrives there and lets that person in', async ({ visitor, stranger, uniqueName }) => {
  const name = uniqueName('Bea');
  const address = addressOf(name);
  const { page } = visitor;
  await visitor.open('/settings/members');
  await page.getByLabel('E-mail address').fill(address);
  await page.getByLabel('Role', { exact: true }).selectOption('reviewer');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByText('The invitation is on its way by e-mail.')).toBeVisible();
  const shown = await page.getByLabel('Invitation link').inputValue();

  const mail = await mailFor(address);
  expect(mail.to).toEqual([address]);
  expect([mail.fromName, mail.from]).toEqual([MAIL_FROM.name, MAIL_FROM.address]);
  expect(mail.subject).toMatch(/^Ada Byron invites you to “.+” on Parsimony$/);
  expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}@example\.org>$/);
  expect(Math.abs(Date.now() - Date.parse(mail.date))).toBeLessThan(5 * 60_000);
  expect(mail.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(mail.headers['auto-submitted']).toBe('auto-generated');
  expect(mail.text).toMatch(/^Ada Byron invites you to the workspace “.+” on Parsimony\. Your role: Reviewer\./);
  expect(mail.text).toMatch(/It works once, until \d{1,2} [A-Z][a-z]+ \d{4}\./);

  // The mail's own link, and not the one on the page, lets the person in.
  const links = mail.text.match(/https?:\/\/\S+/g);
  expect(links).toEqual([shown]);
  await stranger.open(new URL(shown).pathname);
  await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText('You are invited');
  await expect(stranger.page.getByText(address)).toBeVisible();
  await createAccount(stranger.page, name);
  await expect(stranger.page).toHaveURL('/portfolios');

  await visitor.open('/settings/members');
  const row = page.getByRole('row', { name });
  await expect(row).toContainText(address);
  await expect(row.getByLabel(`Role of ${name}`, { exact: true })).toHaveValue('reviewer');

  // It came once, and works once.
  expect(mailsFor(address)).toHaveLength(1);
  await stranger.page.context().clearCookies();
  await stranger.open(new URL(shown).pathname, 410);
});

test('a link for whoever holds it is mailed to nobody', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/settings/members');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByText('Send this link to the person.')).toBeVisible();
  await expect(page.getByText('on its way')).toHaveCount(0);
});
