import type { Locator } from '@playwright/test';
import type { Visitor } from './visitor';

/** The control of a field, by the field's name in links and JSON. */
export function field(visitor: Visitor, name: string): Locator {
  return visitor.page.locator(`#f-${name}`);
}

/** What is said to be wrong with a field, beside it. */
export function problem(visitor: Visitor, name: string): Locator {
  return visitor.page.locator(`#f-${name}-error`);
}

/** Opens the closed group a field stands in, if it does. */
export async function reveal(visitor: Visitor, name: string): Promise<void> {
  const closed = visitor.page.locator('details:not([open])', { has: field(visitor, name) });
  if (await closed.count()) await closed.locator('summary').click();
}

/** Types into a field, or picks the answer with this code. */
export async function enter(visitor: Visitor, name: string, text: string): Promise<void> {
  await reveal(visitor, name);
  const control = field(visitor, name);
  if (await control.evaluate((element) => element.tagName === 'SELECT')) {
    await control.selectOption(text);
  } else {
    await control.fill(text);
  }
}

/** Asks for the decision where it does not follow by itself. */
export async function decide(visitor: Visitor): Promise<void> {
  if (!visitor.scripted) await visitor.page.getByRole('button', { name: 'Assess', exact: true }).click();
}

/** The verdict as a sentence. */
export function verdict(visitor: Visitor): Locator {
  return visitor.page.locator('#verdict-sentence');
}

/** An option's row in the comparison. */
export function option(visitor: Visitor, code: string): Locator {
  return visitor.page.locator(`.option-row.option-${code}`);
}

/** An option's total over the horizon. */
export function total(visitor: Visitor, code: string): Locator {
  return option(visitor, code).locator('.option-total strong');
}
