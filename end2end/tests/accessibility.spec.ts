import { COLOURS, violations, withoutScripts } from '../support/inspect';
import { PLACES, unfold } from '../support/places';
import { expect, test } from '../support/test';
import { Visitor } from '../support/visitor';

for (const { name, status, find } of PLACES) {
  test(`axe finds nothing on: ${name}`, async ({ visitor, browser, complaints, uniqueName }) => {
    // Hundreds of table rows, looked at two or three times.
    test.slow();
    if (status) complaints.expectStatus(status);
    const address = await find(visitor, uniqueName);
    let inspector = visitor;
    if (!visitor.scripted) {
      const context = await browser.newContext({ javaScriptEnabled: true });
      await withoutScripts(context);
      complaints.listen(context);
      inspector = new Visitor(await context.newPage(), false, complaints);
    }
    await inspector.open(address, status);
    await unfold(inspector);
    const { page } = inspector;
    // What a theme changes are colours. The pages are the same markup without scripts, so that what one side looks at
    // in one width the other looks at in the other.
    const looks = visitor.scripted
      ? ([['light', 390], ['light', 1440], ['dark', 1440]] as const)
      : ([['light', 390], ['dark', 390]] as const);
    for (const [colorScheme, width] of looks) {
      await page.setViewportSize({ width, height: 900 });
      // Colours that are still fading into the other theme are not what anybody reads.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      const found = await violations(page, colorScheme === 'dark' ? COLOURS : undefined);
      expect.soft(found, `${colorScheme}, ${width} px`).toEqual([]);
    }
    if (inspector !== visitor) await page.context().close();
  });
}

test('axe finds nothing on a page that says what was just done', async ({ visitor, uniqueName }) => {
  test.skip(!visitor.scripted, 'Looked at as a page of its own above.');
  const { page } = visitor;
  const portfolio = uniqueName('Toast');
  await visitor.open('/');
  await page.getByLabel('New portfolio', { exact: true }).fill(portfolio);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/\/use-cases\//);
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await expect(page.locator('.toast')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing at the door', async ({ visitor, stranger }) => {
  test.skip(!visitor.scripted, 'The pages of the door have no scripts: looked at once.');
  await visitor.open('/settings/members');
  await visitor.page.getByRole('button', { name: 'Invite', exact: true }).click();
  const invitation = await visitor.page.getByLabel('Invitation link').inputValue();
  for (const path of ['/sign-in', '/sign-in?refused=bad_credentials', new URL(invitation).pathname, '/', '/shared']) {
    await stranger.open(path);
    for (const colorScheme of ['light', 'dark'] as const) {
      await stranger.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await stranger.page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      );
      expect.soft(await violations(stranger.page), `${path}, ${colorScheme}`).toEqual([]);
    }
  }
});

test('headings form an outline', async ({ visitor }) => {
  for (const path of ['/', '/portfolios', '/evidence']) {
    await visitor.open(path);
    const levels = await visitor.page
      .locator('h1, h2, h3, h4, h5, h6')
      .evaluateAll((all) => all.map((heading) => Number(heading.tagName.slice(1))));
    expect(levels.filter((level) => level === 1), path).toHaveLength(1);
    levels.forEach((level, index) => expect(level - (levels[index - 1] ?? 1), path).toBeLessThanOrEqual(1));
  }
});
