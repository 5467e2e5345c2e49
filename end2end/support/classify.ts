import { expect, type Locator, type Page } from '@playwright/test';
import { LOADING, running } from './demo';
import type { Visitor } from './visitor';

/** A run of some dozen messages on a machine that does other things too. */
export const SORTING = 120_000;

/** Opens the tab that sorts, without the model. */
export async function open(visitor: Visitor, address = '/demo?tab=classify'): Promise<void> {
  await visitor.open(address);
  await expect(cascade(visitor.page)).toBeVisible({ timeout: 30_000 });
}

/** Opens the tab that sorts, and loads the model. */
export async function loadToSort(visitor: Visitor): Promise<void> {
  await open(visitor);
  await visitor.page.getByRole('button', { name: /^(Download and start|Start the model)$/ }).click();
  await expect(running(visitor.page)).toBeVisible({ timeout: LOADING });
  await expect(adapterButton(visitor.page)).toBeEnabled({ timeout: LOADING });
}

/** The part where messages are sorted. */
export function sorting(page: Page): Locator {
  return page.getByRole('region', { name: /^Sort messages into 77 intents/ });
}

/** The part with the slider. */
export function cascade(page: Page): Locator {
  return page.getByRole('region', { name: /^Cascade/ });
}

/** What puts the adapter beside the weights, or takes it away. */
export function adapterButton(page: Page): Locator {
  return sorting(page).getByRole('button', { name: /adapter/ });
}

/** Has these sort and nobody else. */
export async function sortedBy(page: Page, ...names: RegExp[]): Promise<void> {
  for (const box of await sorting(page).getByRole('group', { name: 'Sorted by' }).getByRole('checkbox').all()) {
    if (await box.isEnabled()) await box.uncheck();
  }
  for (const name of names) await sorting(page).getByRole('checkbox', { name }).check();
}

/** Sorts the messages, and waits until they are. */
export async function sort(page: Page, patience = SORTING): Promise<void> {
  const button = sorting(page).getByRole('button', { name: 'Sort', exact: true });
  await button.click();
  await expect(sorting(page).getByRole('status').last()).toHaveText('The messages are sorted.', { timeout: patience });
  await expect(button).toBeEnabled();
}

/** Cells of a row of the table with all sides, by its heading. */
export function compared(page: Page, heading: string | RegExp): Locator {
  return page.getByRole('region', { name: 'Side by side' }).getByRole('row', { name: heading }).getByRole('cell');
}

/** The rows of messages. */
export function messages(page: Page): Locator {
  return page.getByRole('region', { name: 'Messages', exact: true }).locator('tbody tr');
}
