import type { Locator } from '@playwright/test';
import { openSample } from '../support/keeping';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';
import { field, total } from '../support/workbench';

/** Whether the focus is somewhere in this part of the page. */
function holdsFocus(part: Locator): Promise<boolean> {
  return part.evaluate((element) => element.contains(document.activeElement));
}

/** Presses Tab until the focus is in this part of the page; says how often. */
async function tabInto(visitor: Visitor, part: Locator): Promise<number> {
  for (let presses = 1; presses <= 150; presses += 1) {
    await visitor.page.keyboard.press('Tab');
    if (await holdsFocus(part)) return presses;
  }
  throw new Error('Tab never got there');
}

test('the first Tab offers to skip to the content', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#main$/);
  expect(await tabInto(visitor, page.locator('#main'))).toBe(1);
});

test('Tab goes through navigation, presets and results to the inputs', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  await tabInto(visitor, page.locator('.site-nav'));
  await tabInto(visitor, page.locator('.theme-switch'));
  await tabInto(visitor, page.locator('.presets'));
  await tabInto(visitor, page.locator('#results'));
  await tabInto(visitor, page.locator('#inputs'));
  await expect(field(visitor, 'name')).toBeFocused();
});

test('a use case can be assessed with the keyboard alone', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  await field(visitor, 'requests_per_month').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('2M');
  await page.keyboard.press('Enter');
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  await expect(page).toHaveURL('/?requests_per_month=2M');
});

test('closed groups open with the keyboard', async ({ visitor }) => {
  await visitor.open('/');
  const group = visitor.page.locator('details', { has: field(visitor, 'horizon_months') });
  await group.locator('summary').focus();
  await visitor.page.keyboard.press('Enter');
  await expect(field(visitor, 'horizon_months')).toBeVisible();
});

/** Whether a focused element looks different from one that is not. */
async function expectVisibleFocus(visitor: Visitor, element: Locator, name: string): Promise<void> {
  const { page } = visitor;
  await element.scrollIntoViewIfNeeded();
  // Only a focus that comes from the keyboard has to show.
  await page.keyboard.press('Tab');
  await element.focus();
  const box = await element.boundingBox();
  expect(box, name).not.toBeNull();
  const room = 8;
  const clip = {
    x: Math.max(0, box!.x - room),
    y: Math.max(0, box!.y - room),
    width: box!.width + 2 * room,
    height: box!.height + 2 * room,
  };
  const focused = await page.screenshot({ clip });
  await element.evaluate((control: HTMLElement) => control.blur());
  const rest = await page.screenshot({ clip });
  expect(focused.equals(rest), `${name} should show its focus`).toBe(false);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`focus is visible on every kind of control, ${colorScheme}`, async ({ visitor }) => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme });
    await visitor.open('/');
    const controls: [string, Locator][] = [
      ['a link of the navigation', page.locator('.site-nav a').nth(1)],
      ['a button of the theme switch', page.locator('.theme-switch button').nth(2)],
      ['a preset', page.locator('a.preset').nth(1)],
      ['a chart’s numbers', page.locator('.chart-numbers > summary').first()],
      ['a scrolled region', page.locator('.flowchart-scroll')],
      ['a text field', field(visitor, 'input_tokens')],
      ['a list', field(visitor, 'privacy')],
      ['a text area', field(visitor, 'notes')],
      ['a closed group', page.locator('.group-advanced > summary').first()],
      ['the main button', page.getByRole('button', { name: 'Assess', exact: true })],
      ['a plain button', page.getByRole('button', { name: 'Create link' })],
      ['a link of the footer', page.locator('.site-footer a').first()],
    ];
    if (visitor.scripted) controls.push(['a live chart', page.locator('.chart-frame').first()]);
    for (const [name, control] of controls) await expectVisibleFocus(visitor, control, name);
  });
}

test('every control of a use case’s page can be reached', async ({ visitor }) => {
  const { page } = visitor;
  await openSample(visitor, 'Medical coding');
  await page.locator('body').focus();
  const goals = [
    page.getByRole('link', { name: 'Edit', exact: true }),
    page.getByRole('button', { name: 'Duplicate', exact: true }),
    page.getByRole('button', { name: 'Archive', exact: true }),
    page.getByRole('button', { name: 'Create link' }),
  ];
  for (const goal of goals) await tabInto(visitor, goal);
});
