import { expect, test } from '../support/test';
import { enter, field, reveal, total, verdict } from '../support/workbench';

test('typing keeps focus, caret and scroll while the decision follows', async ({ visitor }) => {
  await visitor.open('/');
  const { page } = visitor;
  const control = field(visitor, 'requests_per_month');
  await control.scrollIntoViewIfNeeded();
  await control.fill('');
  const before = await Promise.all([page.evaluate(() => scrollY), control.boundingBox()]);
  await control.pressSequentially('2500000', { delay: 20 });
  await expect(total(visitor, 'frontier-api')).toHaveText('$131,000');
  await expect(control).toBeFocused();
  await expect(control).toHaveValue('2500000');
  expect(await control.evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(7);
  expect(await Promise.all([page.evaluate(() => scrollY), control.boundingBox()])).toEqual(before);
});

test('a caret in the middle of a text stays where it is', async ({ visitor }) => {
  await visitor.open('/');
  const control = field(visitor, 'requests_per_month');
  await control.evaluate((input: HTMLInputElement) => {
    input.focus();
    input.setSelectionRange(1, 1);
  });
  await visitor.page.keyboard.type('2');
  await expect(total(visitor, 'frontier-api')).toHaveText('$6,260,000');
  await expect(control).toHaveValue('120000000');
  expect(await control.evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(2);
});

test('scroll stays when an edit far down the form changes the page above', async ({ visitor }) => {
  await visitor.page.setViewportSize({ width: 390, height: 844 });
  await visitor.open('/');
  await reveal(visitor, 'horizon_months');
  const control = field(visitor, 'horizon_months');
  await control.scrollIntoViewIfNeeded();
  await control.fill('1');
  await expect(control).toBeInViewport();
  const top = (await control.boundingBox())?.y ?? 0;
  await control.pressSequentially('2');
  await expect(total(visitor, 'frontier-api')).toHaveText('$174,000');
  await expect(control).toBeFocused();
  await expect(control).toBeInViewport();
  expect(Math.abs(((await control.boundingBox())?.y ?? 0) - top)).toBeLessThan(48);
});

test('details stay open while the decision changes', async ({ visitor }) => {
  await visitor.open('/');
  const numbers = visitor.page.locator('details.chart-numbers').first();
  await numbers.locator('summary').click();
  await expect(numbers.locator('table')).toBeVisible();
  await enter(visitor, 'requests_per_month', '2M');
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  await expect(numbers.locator('table')).toBeVisible();
});

test('edits replace one entry of the history, so back leaves the page at once', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.open('/portfolios');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Assess' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Assess a use case');
  await enter(visitor, 'requests_per_month', '2M');
  await expect(page).toHaveURL('/?requests_per_month=2M');
  await enter(visitor, 'requests_per_month', '3M');
  await expect(page).toHaveURL('/?requests_per_month=3M');
  await page.goBack();
  await expect(page).toHaveURL('/portfolios');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Portfolios');
  await page.goForward();
  await expect(field(visitor, 'requests_per_month')).toHaveValue('3M');
  await expect(total(visitor, 'frontier-api')).toHaveText('$157,000');
});

test('the latest edit wins, however late earlier answers come', async ({ visitor }) => {
  await visitor.open('/');
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let first = true;
  await visitor.page.route('**/api/assess', async (route) => {
    const isFirst = first;
    first = false;
    if (isFirst) await held;
    await route.continue();
  });
  const asked = visitor.page.waitForRequest('**/api/assess');
  await enter(visitor, 'requests_per_month', '2M');
  await asked;
  await expect(visitor.page.locator('#results')).toHaveAttribute('aria-busy', 'true');
  await enter(visitor, 'requests_per_month', '3M');
  await expect(total(visitor, 'frontier-api')).toHaveText('$157,000');
  const late = visitor.page.waitForResponse('**/api/assess');
  release();
  await late;
  await expect(total(visitor, 'frontier-api')).toHaveText('$157,000');
  await expect(visitor.page.locator('#results')).not.toHaveAttribute('aria-busy', 'true');
});

test('what was typed before the page came alive counts', async ({ visitor }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await visitor.page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await visitor.page.goto('/', { waitUntil: 'domcontentloaded' });
  await field(visitor, 'requests_per_month').fill('2M');
  release();
  await visitor.settle();
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  await expect(visitor.page).toHaveURL('/?requests_per_month=2M');
});

test('a server that does not answer loses nothing', async ({ visitor }) => {
  await visitor.open('/');
  visitor.complaints.expectStatus(503);
  await visitor.page.route('**/api/assess', (route) => route.fulfill({ status: 503, body: '' }));
  const before = await verdict(visitor).innerText();
  await enter(visitor, 'requests_per_month', '2M');
  await expect(visitor.page.locator('#results [role=alert]')).not.toBeEmpty();
  await expect(field(visitor, 'requests_per_month')).toHaveValue('2M');
  await expect(verdict(visitor)).toHaveText(before);
  await visitor.page.unroute('**/api/assess');
  await visitor.page.getByRole('button', { name: 'Assess', exact: true }).click();
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  await expect(visitor.page.locator('#results [role=alert]')).toBeEmpty();
});
