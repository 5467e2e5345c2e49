import { keep } from '../support/keeping';
import { expect, test } from '../support/test';
import { enter } from '../support/workbench';

test('what others do appears without loading the page again', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const address = await keep(visitor, uniqueName('Live'));
  await grace.open('/reviews');
  const before = Number(await grace.page.locator('.account-unread .num').textContent());
  await visitor.open(address);
  await visitor.page.getByRole('button', { name: 'Propose this classification' }).click();
  await expect(visitor.page.locator('#review .badge').first()).toHaveText('Proposed');

  const id = address.split('/').pop();
  await expect(grace.page.locator(`tr[data-use-case="${id}"]`)).toBeVisible();
  await expect(grace.page.locator('.account-unread .num')).toHaveText(String(before + 1));

  // Both look at the same use case, and know it.
  await grace.open(address);
  await expect(grace.page.locator('.presence')).toHaveText('Also here: Ada Byron');
  await expect(visitor.page.locator('.presence')).toContainText('Grace Hopper');
  await grace.page.getByLabel('Comment', { exact: true }).fill('Seen.');
  await grace.page.getByRole('button', { name: 'Comment' }).click();
  await expect(visitor.page.locator('#comments')).toContainText('Seen.');
  await grace.open('/reviews');
  await expect(visitor.page.locator('.presence')).not.toContainText('Grace Hopper');
});

test('what somebody is typing is left alone when something happens', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'editor');
  const address = await keep(visitor, uniqueName('Live'));
  await visitor.open(address);
  const mine = visitor.page.getByLabel('Comment', { exact: true });
  await mine.fill('Half a sentence');
  await grace.open(address);
  await grace.page.getByLabel('Comment', { exact: true }).fill('A whole one.');
  await grace.page.getByRole('button', { name: 'Comment' }).click();
  await expect(visitor.page.getByText('Somebody changed something here')).toBeVisible();
  await expect(mine).toHaveValue('Half a sentence');
  await visitor.page.getByRole('button', { name: 'Show it' }).click();
  await expect(visitor.page.locator('#comments')).toContainText('A whole one.');
});

test('what somebody types or chooses while news is on its way is left alone too', async ({
  visitor,
  team,
  uniqueName,
}) => {
  const grace = await team.join('Grace Hopper', 'editor');
  const address = await keep(visitor, uniqueName('Live'));
  const comment = visitor.page.getByLabel('Comment', { exact: true });
  const about = visitor.page.locator('#comments').getByLabel('About', { exact: true });
  const touches = [() => comment.fill('Half a sentence'), () => about.selectOption({ label: 'Volume' })];
  for (const [index, touch] of touches.entries()) {
    await visitor.open(address);
    let touched = () => {};
    const untilTouched = new Promise<void>((resolve) => (touched = resolve));
    await visitor.page.route('**/api/fragment', async (route) => {
      await untilTouched;
      await route.continue();
    });
    const asked = visitor.page.waitForRequest('**/api/fragment');
    await grace.open(address);
    await grace.page.getByLabel('Comment', { exact: true }).fill(`A whole one, ${index}.`);
    await grace.page.getByRole('button', { name: 'Comment' }).click();
    await asked;
    await touch();
    const [typed, chosen] = [await comment.inputValue(), await about.inputValue()];
    touched();
    await expect(visitor.page.getByText('Somebody changed something here')).toBeVisible();
    await expect(comment).toHaveValue(typed);
    await expect(about).toHaveValue(chosen);
    await visitor.page.getByRole('button', { name: 'Show it' }).click();
    await expect(visitor.page.locator('#comments')).toContainText(`A whole one, ${index}.`);
    await expect(visitor.page.getByText('Somebody changed something here')).toHaveCount(0);
    await visitor.page.unroute('**/api/fragment');
  }
  // Nothing is typed any more: what happens next appears by itself.
  await grace.page.getByLabel('Comment', { exact: true }).fill('And another.');
  await grace.page.getByRole('button', { name: 'Comment' }).click();
  await expect(visitor.page.locator('#comments')).toContainText('And another.');
});

test('what somebody is typing outlives a new revision', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'editor');
  const address = await keep(visitor, uniqueName('Live'));
  await visitor.open(address);
  const mine = visitor.page.getByLabel('Comment', { exact: true });
  await mine.fill('Half a sentence');
  await grace.open(`${address}/edit`);
  const renamed = uniqueName('Renamed');
  await enter(grace, 'name', renamed);
  await grace.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(grace.page).toHaveURL(address);
  await expect(visitor.page.getByText('Somebody changed something here')).toBeVisible();
  await expect(mine).toHaveValue('Half a sentence');
  await visitor.page.getByRole('button', { name: 'Show it' }).click();
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText(renamed);
  await expect(mine).toHaveValue('');
});

test('the queue is worked with the keyboard', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const address = await keep(visitor, uniqueName('Keys'));
  await visitor.open(address);
  await visitor.page.getByRole('button', { name: 'Propose this classification' }).click();
  await expect(visitor.page.locator('#review .badge').first()).toHaveText('Proposed');
  await grace.open('/reviews');
  const { page } = grace;
  const first = page.locator('tr[data-use-case]').first();
  await expect(first).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.locator('#keys')).toHaveAttribute('open', '');
  await page.keyboard.press('j');
  await expect(first.getByRole('link').first()).toBeFocused();
  await page.keyboard.press('a');
  await expect(first.getByRole('checkbox')).toBeChecked();
  await expect(page.getByLabel('Why you approve the ticked ones')).toBeFocused();
  await page.keyboard.type('a and r are letters here');
  await expect(page.getByLabel('Why you approve the ticked ones')).toHaveValue('a and r are letters here');
});
