import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';

/** Where the cookies of the first administrator are kept between tests. */
export const ADMIN = 'test-results/.admin.json';

/** Nobody: no cookies, no storage. */
export const STRANGER = { cookies: [], origins: [] };

/** A password nobody uses elsewhere. */
export const PASSWORD = 'three unrelated words walk';

/** What the link says that makes the first administrator: the program is asked for one, as an operator would. */
export function setUpPath(): string {
  const program = process.env.PARSIMONY_BIN;
  if (!program) throw new Error('PARSIMONY_BIN must name the server program.');
  const said = execFileSync(program, ['setup-link'], { encoding: 'utf8' });
  const link = /\/invitations\/[\w-]+/.exec(said)?.[0];
  if (!link) throw new Error(`No link in: ${said}`);
  return link;
}

/** Fills in the page of an invitation for somebody without an account. */
export async function createAccount(page: Page, name: string, email?: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  if (email) await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
}
