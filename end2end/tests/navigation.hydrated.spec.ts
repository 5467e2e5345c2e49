import type { Locator } from '@playwright/test';
import { SAMPLE } from '../support/keeping';
import { expect, test } from '../support/test';

test('a live site goes from page to page without loading anew', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/portfolios');
  const main = page.getByRole('navigation', { name: 'Main' });
  const heading = page.getByRole('heading', { level: 1 });
  await page.getByRole('link', { name: SAMPLE, exact: true }).click();
  await expect(heading).toHaveText(SAMPLE);
  await visitor.settle();
  await page.evaluate(() => Object.assign(window, { stayed: true }));

  await page.getByRole('link', { name: 'Medical coding', exact: true }).click();
  await expect(heading).toHaveText('Medical coding');
  await expect(page).toHaveTitle('Medical coding · Parsimony');
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await expect(heading).toHaveText('Edit Medical coding');
  await main.getByRole('link', { name: 'Reviews' }).click();
  await expect(heading).toHaveText('Reviews');
  await expect(main.locator('[aria-current=page]')).toHaveText('Reviews');
  await main.getByRole('link', { name: 'Assess' }).click();
  await expect(heading).toHaveText('Assess a use case');
  for (const expected of ['Reviews', 'Edit Medical coding', 'Medical coding', SAMPLE]) {
    await page.goBack();
    await expect(heading).toHaveText(expected);
  }
  expect(await page.evaluate(() => 'stayed' in window)).toBe(true);
});

test('a live page leads to the pages that the server renders, and back', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const heading = page.getByRole('heading', { level: 1 });
  for (const [name, title] of [
    ['Portfolios', 'Portfolios'],
    ['Evidence', 'Evidence'],
    ['Shared links', 'Shared links'],
    ['Ada Byron', 'Settings'],
  ] as const) {
    await page.getByRole('link', { name }).first().click();
    await expect(heading).toHaveText(title);
    await page.goBack();
    await expect(heading).toHaveText('Assess a use case');
    await visitor.settle();
  }
});

/** The words of a part of a page, drawings apart: a live page draws on a canvas what the server sends as SVG. */
function wording(part: Locator): Promise<string> {
  return part.evaluate((element) => {
    const copy = element.cloneNode(true) as HTMLElement;
    for (const drawing of copy.querySelectorAll('.chart-frame')) drawing.remove();
    return (copy.textContent ?? '').replace(/\s+/g, ' ');
  });
}

test('what a live page shows is what the server would send', async ({ visitor, elsewhere }) => {
  const { page } = visitor;
  await visitor.open('/portfolios');
  await page.getByRole('link', { name: SAMPLE, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(SAMPLE);
  await page.getByRole('link', { name: 'Legal clause extraction', exact: true }).click();
  await expect(page.locator('#verdict-sentence')).toBeVisible();
  await elsewhere.open(visitor.address());
  for (const part of ['#results', '#inputs', '.revisions']) {
    expect(await wording(page.locator(part))).toBe(await wording(elsewhere.page.locator(part)));
  }
});
