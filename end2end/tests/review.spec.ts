import { keep } from '../support/keeping';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';
import { enter } from '../support/workbench';

const state = (visitor: Visitor) => visitor.page.locator('#review .badge').first();
const review = (visitor: Visitor) => visitor.page.locator('#review');

async function propose(visitor: Visitor, note: string): Promise<void> {
  await visitor.page.getByLabel('What should reviewers know?').fill(note);
  await visitor.page.getByRole('button', { name: 'Propose this classification' }).click();
  await expect(state(visitor)).toHaveText('Proposed');
}

async function approve(visitor: Visitor, address: string, note: string): Promise<void> {
  await visitor.open(`${address}#review`);
  await visitor.page.getByLabel('Note with your approval').fill(note);
  await visitor.page.getByRole('button', { name: 'Approve', exact: true }).click();
}

test('a classification is approved by two, and the author is not one of them', async ({
  visitor,
  team,
  uniqueName,
}) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const alan = await team.join('Alan Turing', 'reviewer');
  const address = await keep(visitor, uniqueName('Claims'));
  await visitor.open(address);
  await expect(state(visitor)).toHaveText('Draft');
  await propose(visitor, 'Volumes come from last month.');
  await expect(review(visitor)).toContainText('2 approvals are missing');
  await expect(review(visitor)).toContainText('cannot approve it');
  await expect(visitor.page.getByRole('button', { name: 'Approve', exact: true })).toHaveCount(0);

  await grace.open('/reviews');
  const waiting = grace.page.getByRole('region', { name: 'Waiting for you' });
  await expect(waiting.locator(`a[href^="${address}"]`)).toBeVisible();
  await approve(grace, address, 'Volumes agree with ours.');
  await expect(state(grace)).toHaveText('Proposed');
  await expect(review(grace)).toContainText('You agreed to this');
  await approve(alan, address, '');
  await expect(state(alan)).toHaveText('Approved');
  await expect(review(alan)).toContainText('Volumes agree with ours.');
  await expect(alan.page.locator('#history')).toContainText('Alan Turing approved');

  await visitor.open('/notifications');
  await expect(visitor.page.locator('.notification').first()).toContainText('Alan Turing answered your proposal');
});

test('a reviewer asks for changes, and what was approved can be restored', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const alan = await team.join('Alan Turing', 'reviewer');
  const address = await keep(visitor, uniqueName('Claims'));
  await visitor.open(address);
  await propose(visitor, '');
  await approve(grace, address, '');
  await approve(alan, address, '');
  await expect(state(alan)).toHaveText('Approved');

  // A new name alone leaves the approval as it is.
  await visitor.open(`${address}/edit`);
  await enter(visitor, 'name', uniqueName('Renamed'));
  await visitor.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(visitor.page).toHaveURL(address);
  await expect(state(visitor)).toHaveText('Approved');

  await visitor.open(`${address}/edit`);
  await enter(visitor, 'requests_per_month', '123456');
  await visitor.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(visitor.page).toHaveURL(address);
  await expect(state(visitor)).toHaveText('Superseded');
  await propose(visitor, 'A new estimate.');
  await grace.open(`${address}#review`);
  await expect(review(grace)).toContainText('Changed since you last answered');
  await expect(review(grace).locator('.diff')).toContainText('123,456');
  await grace.page.getByText('Request changes', { exact: true }).first().click();
  await grace.page.getByRole('button', { name: 'Request changes' }).click();
  await expect(review(grace)).toContainText('Say why');
  await grace.page.getByLabel('What should change, and why?').fill('Where does the estimate come from?');
  await grace.page.getByRole('button', { name: 'Request changes' }).click();
  await expect(state(grace)).toHaveText('Changes requested');

  await visitor.open(address);
  await expect(review(visitor)).toContainText('Where does the estimate come from?');
  await visitor.page.getByRole('button', { name: 'Restore the approved revision' }).click();
  await expect(state(visitor)).toHaveText('Approved');
  await expect(visitor.page.locator('.revision')).toHaveCount(4);
});

test('a blocking concern holds an approval back until it is settled', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const alan = await team.join('Alan Turing', 'reviewer');
  const address = await keep(visitor, uniqueName('Claims'));
  await visitor.open(address);
  await propose(visitor, '');
  await grace.open(`${address}#review`);
  await grace.page.getByText('Raise a blocking concern').click();
  await grace.page.getByLabel('Name of the concern').fill('Patient data');
  await grace.page.getByLabel('What is it about?').fill('May it leave the hospital?');
  await grace.page.getByRole('button', { name: 'Raise it' }).click();
  await expect(review(grace)).toContainText('blocks approval');
  await approve(grace, address, '');
  await approve(alan, address, '');
  await expect(state(alan)).toHaveText('Proposed');
  await expect(review(alan)).toContainText('waits for the open concerns');
  await grace.open(`${address}#review`);
  await grace.page.getByLabel('How was it settled?').fill('The contract forbids it; inputs say so now.');
  await grace.page.getByRole('button', { name: 'Settle the concern' }).click();
  await expect(state(grace)).toHaveText('Approved');
});

test('an override needs a reason and an end, and approvals of its own', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const alan = await team.join('Alan Turing', 'reviewer');
  const address = await keep(visitor, uniqueName('Claims'));
  await visitor.open(address);
  await propose(visitor, '');
  await approve(grace, address, '');
  await alan.open(`${address}#review`);
  await alan.page.getByText('Override', { exact: true }).click();
  const until = new Date(Date.now() + 30 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  await alan.page.getByLabel('Why is the engine wrong here?').fill('We have a contract with the frontier provider.');
  await alan.page.getByLabel('Holds until (UTC)').fill(until);
  await alan.page.getByRole('button', { name: 'Override the engine’s answer' }).click();
  await expect(review(alan)).toContainText('in the place of the engine’s answer');
  await expect(review(alan)).toContainText('2 approvals are missing');
});

test('people talk in threads, mention each other, and edit with a history', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'editor');
  const address = await keep(visitor, uniqueName('Claims'));
  await visitor.open(address);
  const comments = visitor.page.locator('#comments');
  await comments.getByLabel('About').selectOption({ label: 'Volume' });
  await comments.getByLabel('Comment', { exact: true }).fill(`Is this *right*, @${grace.handle}? <script>alert(1)</script>`);
  await comments.getByRole('button', { name: 'Comment' }).click();
  await expect(comments.locator('.thread-about')).toHaveText('About Volume');
  await expect(comments.locator('.comment em')).toHaveText('right');
  await expect(comments.locator('script')).toHaveCount(0);

  await grace.open('/notifications');
  await expect(grace.page.locator('.notification').first()).toContainText('mentioned you at');
  await grace.page.locator('.notification a').first().click();
  await grace.page.locator('#comments').getByText('Answer', { exact: true }).first().click();
  await grace.page.getByLabel('Your answer').fill('It is, more or less.');
  await grace.page.getByRole('button', { name: 'Answer' }).click();
  await expect(grace.page.locator('.answers')).toContainText('more or less');
  await grace.page.locator('.answers').getByText('Edit', { exact: true }).click();
  await grace.page.locator('.answers').getByLabel('Your comment').fill('It is.');
  await grace.page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(grace.page.locator('.answers .prose')).toHaveText('It is.');
  await grace.page.getByRole('link', { name: 'edited' }).click();
  await expect(grace.page.locator('.comment')).toHaveCount(2);
});

test('several are approved at once, with a reason', async ({ visitor, team, uniqueName }) => {
  const grace = await team.join('Grace Hopper', 'reviewer');
  const addresses: string[] = [];
  for (const name of ['One', 'Two']) {
    const address = await keep(visitor, uniqueName(name));
    await visitor.open(address);
    await propose(visitor, '');
    addresses.push(address);
  }
  await grace.open('/reviews');
  for (const address of addresses) {
    const id = address.split('/').pop();
    await grace.page.locator(`tr[data-use-case="${id}"] input[type=checkbox]`).check();
  }
  await grace.page.getByLabel('Why you approve the ticked ones').fill('Both are like the pilot.');
  await grace.page.getByRole('button', { name: 'Approve the ticked ones' }).click();
  await expect(grace.page.getByText('2 classifications have your approval.')).toBeVisible();
  await grace.open(`${addresses[0]}#review`);
  await expect(review(grace)).toContainText('Both are like the pilot.');
});
