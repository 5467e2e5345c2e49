import { keep } from '../support/keeping';
import { expect, test } from '../support/test';
import { enter, field, option, problem, total, verdict } from '../support/workbench';

const NOTE = 'What changed and why';

test('an edit becomes a revision that says what changed', async ({ visitor, uniqueName }) => {
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Revised'));
  const before = await verdict(visitor).innerText();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Edit /);
  await enter(visitor, 'requests_per_month', '2M');
  await enter(visitor, 'privacy', 'on_premise_required');
  await page.getByLabel(NOTE).fill('Legal wants it in house');
  await page.getByRole('button', { name: 'Save revision' }).click();

  await expect(page).toHaveURL(address);
  await expect(page.locator('.revision')).toHaveCount(2);
  await expect(verdict(visitor)).not.toHaveText(before);
  await expect(option(visitor, 'frontier-api')).toHaveClass(/is-excluded/);
  const latest = page.locator('.revision').first();
  await expect(latest).toContainText('Revision 2');
  await expect(latest).toContainText('Legal wants it in house');
  const volume = latest.getByRole('row', { name: /Requests per month/ });
  await expect(volume.locator('del')).toContainText('10,000,000');
  await expect(volume.locator('ins')).toContainText('2,000,000');
  const privacy = latest.getByRole('row', { name: /Privacy/ });
  await expect(privacy.locator('del')).toContainText('A cloud API may see the data');
  await expect(privacy.locator('ins')).toContainText('Data must stay on our own hardware');
  await expect(latest.locator('tbody tr')).toHaveCount(2);

  // The first revision still shows the decision of then.
  await page.getByRole('link', { name: 'Revision 1', exact: true }).click();
  await expect(page).toHaveURL(`${address}?revision=1`);
  await expect(verdict(visitor)).toHaveText(before);
  await expect(page.locator('.frozen-note').first()).toContainText('This is revision 1');
});

test('a value that becomes unknown is shown as such', async ({ visitor, uniqueName }) => {
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Unknown'));
  await visitor.open(`${address}/edit`);
  await enter(visitor, 'requests_per_month', '');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await expect(page).toHaveURL(address);
  await expect(page.locator('.revision').first().locator('ins')).toHaveText('unknown');
  await expect(page.getByText('Missing evidence', { exact: true }).first()).toBeVisible();
});

test('bad input is refused beside its field, and everything typed is still there', async ({ visitor, uniqueName }) => {
  visitor.complaints.expectStatus(422);
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Refused'));
  await visitor.open(`${address}/edit`);
  await enter(visitor, 'name', 'Renamed on the way');
  await enter(visitor, 'requests_per_month', 'many');
  await page.getByLabel(NOTE).fill('Kept too');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await expect(problem(visitor, 'requests_per_month')).toContainText('“many” is not a number');
  await expect(field(visitor, 'requests_per_month')).toHaveValue('many');
  await expect(field(visitor, 'name')).toHaveValue('Renamed on the way');
  await expect(page.getByLabel(NOTE)).toHaveValue('Kept too');

  await enter(visitor, 'requests_per_month', '3M');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await expect(page).toHaveURL(address);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Renamed on the way');
  await expect(page.locator('.revision').first()).toContainText('Kept too');
  await expect(page.locator('.revision')).toHaveCount(2);
});

test('whoever saves second is told, and loses nothing', async ({ visitor, elsewhere, uniqueName }) => {
  visitor.complaints.expectStatus(409);
  const address = await keep(visitor, uniqueName('Conflict'));
  await visitor.open(`${address}/edit`);
  await elsewhere.open(`${address}/edit`);
  await enter(elsewhere, 'requests_per_month', '5M');
  await elsewhere.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(elsewhere.page).toHaveURL(address);

  await enter(visitor, 'requests_per_month', '2M');
  await enter(visitor, 'output_tokens', '40');
  await visitor.page.getByLabel(NOTE).fill('Mine');
  await visitor.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText('Someone else saved first');
  const asked = visitor.page.getByRole('group', { name: 'Requests per month' });
  await expect(asked.getByRole('radio')).toHaveCount(3);
  await expect(asked).toContainText('2,000,000');
  await expect(asked).toContainText('5,000,000');

  // Nothing of the first one's was overwritten.
  await elsewhere.reload();
  await expect(elsewhere.page.locator('.revision')).toHaveCount(2);
  await expect(total(elsewhere, 'frontier-api')).toHaveText('$261,000');

  await asked.getByRole('radio').nth(1).check();
  await visitor.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(visitor.page).toHaveURL(address);
  await expect(visitor.page.locator('.revision')).toHaveCount(3);
  await expect(visitor.page.locator('.revision').first()).toContainText('Mine');
  await expect(visitor.page.locator('#inputs')).toContainText('5,000,000');
  await expect(visitor.page.locator('#inputs')).toContainText('40 tokens');
});

test('two who edit different fields both get what they wanted', async ({ visitor, elsewhere, uniqueName }) => {
  const address = await keep(visitor, uniqueName('Together'));
  await visitor.open(`${address}/edit`);
  await elsewhere.open(`${address}/edit`);
  await enter(elsewhere, 'requests_per_month', '5M');
  await elsewhere.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(elsewhere.page).toHaveURL(address);
  await enter(visitor, 'output_tokens', '40');
  await visitor.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(visitor.page).toHaveURL(address);
  await expect(visitor.page.locator('.revision')).toHaveCount(3);
  await expect(visitor.page.locator('#inputs')).toContainText('5,000,000');
  await expect(visitor.page.locator('#inputs')).toContainText('40 tokens');
});

test('an edit can be tried before it is saved', async ({ visitor, uniqueName }) => {
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Tried'));
  await visitor.open(`${address}/edit`);
  await enter(visitor, 'requests_per_month', '2M');
  if (!visitor.scripted) await page.getByRole('button', { name: 'Update decision' }).click();
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  await expect(page).toHaveURL(`${address}/edit?revision=1&requests_per_month=2M`);
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(page.locator('.revision')).toHaveCount(1);
  await expect(total(visitor, 'frontier-api')).toHaveText('$522,000');
});
