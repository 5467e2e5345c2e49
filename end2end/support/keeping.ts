import { expect } from '@playwright/test';
import type { Visitor } from './visitor';

/** The portfolio that a fresh site starts with. */
export const SAMPLE = 'Article examples';

/** Saves what the assess page shows as a use case of a new portfolio, and returns the address of its page. */
export async function saveToNew(visitor: Visitor, portfolio: string): Promise<string> {
  const { page } = visitor;
  await page.getByLabel('New portfolio', { exact: true }).fill(portfolio);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/\/use-cases\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { name: 'Revisions' })).toBeVisible();
  return visitor.address();
}

/** A use case in a portfolio of its own, and the address of its page. */
export async function keep(visitor: Visitor, portfolio: string, inputs = ''): Promise<string> {
  await visitor.open(`/${inputs}`);
  return saveToNew(visitor, portfolio);
}

/** Makes a link to what the page shows, and returns its path. */
export async function share(visitor: Visitor): Promise<string> {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Create link' }).click();
  // 128 bits need 22 characters of base64.
  const link = /\/s\/[\w-]{22,}$/;
  if (!visitor.scripted) {
    await page.waitForURL(link);
    return visitor.address();
  }
  const shown = page.getByRole('textbox', { name: 'Link', exact: true });
  await expect(shown).toHaveValue(link);
  return new URL(await shown.inputValue()).pathname;
}

/** Opens a portfolio from the list, and returns its path. */
export async function openPortfolio(visitor: Visitor, name: string): Promise<string> {
  const { page } = visitor;
  await visitor.open('/portfolios');
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return visitor.address();
}

/** Opens a use case of the sample portfolio, and returns its path. */
export async function openSample(visitor: Visitor, name: string): Promise<string> {
  const { page } = visitor;
  await openPortfolio(visitor, SAMPLE);
  await page.getByRole('link', { name, exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return visitor.address();
}
