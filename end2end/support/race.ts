import { expect, type Locator, type Page } from '@playwright/test';
import { LLM_MODEL } from './llm';
import type { Visitor } from './visitor';

/** Whatever a race shows. */
export function race(page: Page): Locator {
  return page.getByRole('region', { name: 'Race against an API' });
}

/** The endpoint's answer. */
export function answerOfApi(page: Page): Locator {
  const heading = page.getByRole('heading', { name: `Answer of ${LLM_MODEL} (API)`, exact: true });
  return race(page).locator('article.demo-answer').filter({ has: heading });
}

/** This device's answer in a race. */
export function answerHere(page: Page): Locator {
  const heading = page.getByRole('heading', { name: /^Answer, computed on the [CG]PU$/ });
  return race(page).locator('article.demo-answer').filter({ has: heading });
}

/** A large figure of an answer, with what there is to know about it. */
export function figure(answer: Locator, name: string): Locator {
  return answer.locator('.figure').filter({ hasText: name });
}

/** Opens the demo without loading the model, and waits until the endpoint can be asked. */
export async function openWithoutModel(visitor: Visitor, address = '/demo'): Promise<void> {
  await visitor.open(address);
  await expect(race(visitor.page).getByRole('button', { name: 'Ask the API only' })).toBeEnabled();
}

/** Sends a prompt: to both where the model is loaded, else to the endpoint only. */
export async function ask(page: Page, prompt: string, tokens = '32'): Promise<void> {
  await page.getByLabel('Prompt', { exact: true }).fill(prompt);
  await page.getByLabel('Longest answer').selectOption(tokens);
  await race(page).getByRole('button', { name: /^(Race|Ask the API only)$/ }).click();
}

/** Waits until the endpoint's answer is whole. */
export async function expectWhole(page: Page, patience: number): Promise<void> {
  await expect(answerOfApi(page)).toContainText(/\d+ tokens in \d+ pieces; the answer/, { timeout: patience });
  await expect(race(page).getByRole('alert')).toHaveCount(0);
}
