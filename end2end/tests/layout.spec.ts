import { PLACES, unfold } from '../support/places';
import { expect, test } from '../support/test';
import { verdict } from '../support/workbench';

for (const { name, status, find } of PLACES) {
  test(`nothing is wider than the screen: ${name}`, async ({ visitor, complaints, uniqueName }) => {
    if (status) complaints.expectStatus(status);
    await visitor.open(await find(visitor, uniqueName), status);
    await unfold(visitor);
    const { page } = visitor;
    for (const width of [390, 768, 1440]) {
      await page.setViewportSize({ width, height: 844 });
      const tooWide = await page.evaluate(() => {
        const { clientWidth, scrollWidth } = document.documentElement;
        return scrollWidth > clientWidth ? `${scrollWidth} px of content` : '';
      });
      expect.soft(tooWide, `at ${width} px`).toBe('');
      // What a button opens has to be seen by whoever pressed it.
      const adrift = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLDetailsElement>('details.disclosure[open]')].flatMap((disclosure) => {
          const button = disclosure.querySelector('summary')!.getBoundingClientRect();
          const panel = disclosure.querySelector('.disclosure-panel')?.getBoundingClientRect();
          const isNear = !panel || (panel.top >= button.bottom && panel.top < button.bottom + 64);
          return isNear ? [] : [disclosure.querySelector('summary')!.textContent ?? ''];
        }),
      );
      expect.soft(adrift, `opens elsewhere at ${width} px`).toEqual([]);
    }
  });
}

test('a phone shows the verdict first and leads to the inputs', async ({ visitor }) => {
  const { page } = visitor;
  await page.setViewportSize({ width: 390, height: 844 });
  await visitor.open('/');
  const [results, inputs] = [
    await page.locator('#results').boundingBox(),
    await page.locator('#inputs').boundingBox(),
  ];
  expect(results!.y).toBeLessThan(inputs!.y);
  await page.getByRole('link', { name: 'Change inputs' }).click();
  await expect(page.locator('#inputs')).toBeInViewport();
});

test('a wide screen shows inputs and verdict side by side', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  const [results, inputs] = [
    await page.locator('#results').boundingBox(),
    await page.locator('#inputs').boundingBox(),
  ];
  expect(inputs!.x + inputs!.width).toBeLessThanOrEqual(results!.x);
  expect(Math.abs(inputs!.y - results!.y)).toBeLessThan(64);
});

test('paper shows the decision and nothing to press', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/');
  await page.emulateMedia({ media: 'print' });
  await expect(verdict(visitor)).toBeVisible();
  await expect(page.locator('.chart-wide svg').first()).toBeVisible();
  await expect(page.locator('.options')).toBeVisible();
  for (const part of ['.site-nav', '.theme-switch', '.presets', '.share-panel', '.workbench-jump', '.skip-link']) {
    await expect(page.locator(part).first(), part).toBeHidden();
  }
  await expect(page.getByRole('button', { name: 'Assess', exact: true })).toBeHidden();
});
