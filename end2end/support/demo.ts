import { expect, type Page } from '@playwright/test';
import type { Visitor } from './visitor';

/** Loading 98 MB into memory and testing what there is, on a machine that does other things too. */
export const LOADING = 120_000;

/** An answer of some dozen tokens, likewise. */
export const WRITING = 60_000;

/** The value of one of the facts about the model's file. */
export function fact(page: Page, name: string) {
  return page.locator('.demo-facts div').filter({ hasText: name }).locator('dd');
}

/** The part that says what the model runs on. */
export function running(page: Page) {
  return page.getByRole('region', { name: 'What it runs on' });
}

/** Opens the demo and loads the model. */
export async function load(visitor: Visitor, address = '/demo'): Promise<void> {
  const { page } = visitor;
  await visitor.open(address);
  await page.getByRole('button', { name: /^(Download and start|Start the model)$/ }).click();
  await expect(running(page)).toBeVisible({ timeout: LOADING });
  await expect(page.getByRole('button', { name: 'Write', exact: true })).toBeEnabled({ timeout: LOADING });
}

/** Writes an answer of at most 32 tokens and waits for its end. */
export async function write(page: Page, prompt?: string): Promise<void> {
  if (prompt) await page.getByLabel('Prompt', { exact: true }).fill(prompt);
  await page.getByLabel('Longest answer').selectOption('32');
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  await expect(page.locator('.demo-answer')).toContainText(/tokens; the answer/, { timeout: WRITING });
}
