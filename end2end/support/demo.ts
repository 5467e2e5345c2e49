import { expect, type Locator, type Page } from '@playwright/test';
import type { Visitor } from './visitor';

/** Loading 98 MB into memory and testing what there is, on a machine that does other things too. */
export const LOADING = 120_000;

/** An answer of some dozen tokens, likewise. */
export const WRITING = 60_000;

/** The value of one of the facts about the model's file. */
export function fact(page: Page, name: string): Locator {
  return page.locator('.demo-facts div').filter({ hasText: name }).locator('dd');
}

/** The part that says what the model runs on. */
export function running(page: Page): Locator {
  return page.getByRole('region', { name: 'What it runs on' });
}

/** The part where the model is written to; a race has answers of its own. */
export function writing(page: Page): Locator {
  return page.getByRole('region', { name: 'Write', exact: true });
}

/** The last answer, or the last two side by side. */
export function answers(page: Page): Locator {
  return writing(page).locator('.demo-answer');
}

/** What was measured of it. */
export function measures(page: Page): Locator {
  return page.getByRole('region', { name: /^Measured on this device/ });
}

/** Opens the demo and loads the model. */
export async function load(visitor: Visitor, address = '/demo'): Promise<void> {
  await visitor.open(address);
  await start(visitor.page);
}

/** Loads the model on the page that is open. */
export async function start(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Download and start|Start the model)$/ }).click();
  await expect(running(page)).toBeVisible({ timeout: LOADING });
  await expect(page.getByRole('button', { name: 'Write', exact: true })).toBeEnabled({ timeout: LOADING });
}

/** Fills in a prompt, if there is one, and begins an answer of at most so many tokens. */
export async function begin(page: Page, prompt?: string, tokens = '32'): Promise<void> {
  if (prompt) await page.getByLabel('Prompt', { exact: true }).fill(prompt);
  await page.getByLabel('Longest answer').selectOption(tokens);
  await page.getByRole('button', { name: 'Write', exact: true }).click();
}

/** Writes an answer of at most 32 tokens and waits for its end. */
export async function write(page: Page, prompt?: string, patience = WRITING): Promise<void> {
  await begin(page, prompt);
  await expect(answers(page)).toContainText(/tokens; the answer/, { timeout: patience });
  await expect(page.getByRole('button', { name: 'Write', exact: true })).toBeEnabled();
}

/** Runs this code in the worker before anything else. */
export async function beforeTheWorker(page: Page, code: string): Promise<void> {
  await page.route('**/pkg/slm.*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code}\n${await response.text()}` });
  });
}
