import { load, write } from '../support/demo';
import { violations } from '../support/inspect';
import { keep } from '../support/keeping';
import { ask, expectWhole, openWithoutModel } from '../support/race';
import { expect, test } from '../support/test';
import { field } from '../support/workbench';

// Each test loads 98 MB, or has the endpoint compute on this machine.
test.slow();

test('what was measured on one device becomes a revision whose latency cites it', async ({ visitor, uniqueName }) => {
  test.setTimeout(8 * 60_000);
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Measured'), '?latency_target_ms=300');
  const id = address.split('/').pop()!;
  await load(visitor);
  await write(page, 'List three short steps for making a cup of green tea.');
  await write(page, 'Say hello.');

  const attach = page.getByRole('region', { name: 'Attach to a use case' });
  await expect(attach.getByLabel('Measured on')).toHaveValue('cpu');
  await attach.getByLabel('Use case', { exact: true }).selectOption(id);
  await expect(attach).toContainText('What is sent:');
  expect(await violations(page)).toEqual([]);
  await attach.getByRole('button', { name: 'Attach', exact: true }).click();
  await expect(attach.getByRole('status')).toContainText('as measured on one device: this one');
  await expect(attach.getByRole('region', { name: 'Attached measurements' }).getByRole('row')).toHaveCount(2);

  // Nothing counts before somebody takes it over.
  const link = await attach.getByRole('link', { name: 'Take it over in a revision' }).getAttribute('href');
  await visitor.open(address);
  await expect(page.locator('.revision')).toHaveCount(1);
  await expect(page.locator('.dimensions')).not.toContainText('one device');

  await visitor.open(link!);
  const cited = /on one device’s CPU, .+ \d+, 2 runs, \d{4}-\d{2}-\d{2}$/;
  await expect(field(visitor, 'slm_latency_source')).toHaveValue(cited);
  await expect(field(visitor, 'slm_latency_ms')).toHaveValue(/^\d/);
  const source = await field(visitor, 'slm_latency_source').inputValue();
  await page.getByLabel('What changed and why').fill('Measured it');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await expect(page).toHaveURL(address);
  await expect(page.locator('.revision')).toHaveCount(2);
  const latency = page.locator('.dimensions tbody tr').filter({ has: page.locator('th', { hasText: /^Latency$/ }) });
  await expect(latency).toContainText('a small model measured');
  await expect(latency).toContainText(source);
});

test('an endpoint’s latency is kept with a use case, and no input takes it over', async ({ visitor, uniqueName }) => {
  test.setTimeout(4 * 60_000);
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Compared'));
  const id = address.split('/').pop()!;
  await openWithoutModel(visitor, `/demo?use_case=${id}`);
  await ask(page, 'Say hello.');
  await expectWhole(page, 120_000);
  const attach = page.getByRole('region', { name: 'Attach to a use case' });
  await expect(attach.getByLabel('Use case', { exact: true })).toHaveValue(id);
  await expect(attach.getByLabel('Measured on')).toHaveValue('api');
  await attach.getByRole('button', { name: 'Attach', exact: true }).click();
  await expect(attach.getByRole('status')).toContainText('no input of a use case takes over the latency of an endpoint');
  await expect(attach.getByRole('link', { name: 'Take it over in a revision' })).toHaveCount(0);
});
