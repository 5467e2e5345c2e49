import { keep } from '../support/keeping';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';

const state = (visitor: Visitor) => visitor.page.locator('#review .badge').first();

async function approved(visitor: Visitor, reviewer: Visitor, address: string): Promise<void> {
  await visitor.open(address);
  await visitor.page.getByRole('button', { name: 'Propose this classification' }).click();
  await expect(state(visitor)).toHaveText('Proposed');
  await reviewer.open(`${address}#review`);
  await reviewer.page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(state(reviewer)).toHaveText('Approved');
}

test('new prices open again what they flip, and nothing else', async ({ team, uniqueName }) => {
  // A workspace of their own, because prices hold for everybody in one.
  const owner = await team.join('Mary Shelley', 'viewer');
  const { page } = owner;
  const workspace = uniqueName('Prices');
  await owner.open('/settings');
  await page.getByText('Found a workspace').click();
  await page.getByLabel('Name of the new workspace').fill(workspace);
  await page.getByRole('button', { name: 'Found it' }).click();
  await expect(page.getByText('The workspace is founded')).toBeVisible();
  await owner.open('/settings/workspace');
  await page.getByLabel('Approvals needed').fill('1');
  await page.getByRole('button', { name: 'Set the rule' }).click();
  await expect(page.getByText('The rule is set')).toBeVisible();
  const reviewer = await team.join('Percy Shelley', 'reviewer', owner);

  const flips = await keep(owner, uniqueName('Flips'));
  const holds = await keep(owner, uniqueName('Holds'), '?preset=article-research-assistant');
  for (const address of [flips, holds]) await approved(owner, reviewer, address);

  await owner.open('/settings/workspace');
  await page.getByText('Put in other prices').click();
  const document = JSON.parse(await page.getByLabel('Price book').inputValue());
  document.version = workspace;
  // The model that the first case was to be served by becomes a thousand times dearer.
  for (const model of document.api_models) {
    if (/llama-3\.1-8b/i.test(model.key)) {
      for (const price of ['input', 'output', 'cached_input', 'batch_input', 'batch_output']) {
        if (typeof model[price] === 'number') model[price] *= 1000;
      }
    }
  }
  await page.getByLabel('Price book').fill(JSON.stringify(document));
  await page.getByRole('button', { name: 'Set the prices' }).click();
  await expect(page.locator('#prices [role=status]')).toContainText('One answer is opened again');

  await owner.open(flips);
  await expect(state(owner)).toHaveText('Proposed');
  await expect(page.locator('#review')).toContainText('Opened again. New prices');
  await owner.open(holds);
  await expect(state(owner)).toHaveText('Approved');
  await reviewer.open('/notifications');
  await expect(reviewer.page.locator('.notification').first()).toContainText('opened again');
});

test('prices that cannot be read are refused with the place, and what was typed comes back', async ({ visitor }) => {
  const { page } = visitor;
  const typed = '{\n  "version": 7,\n  "as_of": "soon"\n}';
  await visitor.open('/settings/workspace');
  await page.getByText('Put in other prices').click();
  await page.getByLabel('Price book').fill(typed);
  await page.getByRole('button', { name: 'Set the prices' }).click();
  await expect(page.locator('#prices [role=alert]')).toContainText('at line 2, column');
  await page.goBack();
  await expect(page.getByLabel('Price book')).toHaveValue(typed);
});

test('an address cannot put words into the page of prices', async ({ visitor }) => {
  await visitor.open('/settings/workspace?opened=1&held=0&names=Call+0800&cases=Call.0800');
  await expect(visitor.page.locator('#prices')).toBeVisible();
  await expect(visitor.page.locator('main')).not.toContainText('0800');
});
