import { keep, share } from '../support/keeping';
import { expect, test } from '../support/test';
import { decide, enter, field, total, verdict } from '../support/workbench';

test('a link shows a stranger the frozen decision', async ({ visitor, stranger }) => {
  await visitor.open('/?name=Invoice%20triage&requests_per_month=2M');
  const sentence = await verdict(visitor).innerText();
  const hash = await visitor.page.locator('.provenance [title]').last().getAttribute('title');
  const link = await share(visitor);

  await stranger.open(link);
  await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText('Invoice triage');
  await expect(verdict(stranger)).toHaveText(sentence);
  await expect(total(stranger, 'frontier-api')).toHaveText('$104,000');
  await expect(stranger.page.locator('.frozen-note')).toContainText('Frozen on');
  await expect(stranger.page.locator('.provenance [title]').last()).toHaveAttribute('title', hash ?? '');
  await expect(stranger.page.locator('#inputs')).toContainText('2,000,000');
});

test('a link preview has a title and a description', async ({ visitor, stranger }) => {
  await visitor.open('/?name=Invoice%20triage');
  const sentence = await verdict(visitor).innerText();
  const link = await share(visitor);

  await stranger.open(link);
  const { page } = stranger;
  const meta = (name: string) => page.locator(`meta[property="${name}"], meta[name="${name}"]`);
  await expect(page).toHaveTitle('Invoice triage · Parsimony');
  await expect(meta('description')).toHaveAttribute('content', sentence);
  await expect(meta('og:title')).toHaveAttribute('content', 'Invoice triage');
  await expect(meta('og:description')).toHaveAttribute('content', sentence);
  await expect(meta('og:type')).toHaveCount(1);
  await expect(meta('og:site_name')).toHaveAttribute('content', 'Parsimony');
  await expect(meta('robots')).toHaveAttribute('content', /noindex/);
});

test('a link that is guessed leads nowhere', async ({ visitor }) => {
  await visitor.open('/s/AAAAAAAAAAAAAAAAAAAAAA', 404);
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
});

test('a revoked link is gone at once, for everybody', async ({ visitor, stranger, uniqueName }) => {
  const address = await keep(visitor, uniqueName('Shared'), '?name=Invoice%20triage');
  const link = await share(visitor);
  await stranger.open(link);
  await expect(verdict(stranger)).toBeVisible();

  await visitor.open(address);
  await visitor.page.getByRole('button', { name: /^Revoke .*Invoice triage/ }).click();
  await expect(visitor.page.locator('.share-item.is-revoked')).toContainText('revoked');
  await expect(visitor.page.getByRole('button', { name: /^Revoke/ })).toHaveCount(0);

  await stranger.open(link, 410);
  await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText('This link no longer works');
  await expect(stranger.page.locator('#verdict-sentence')).toHaveCount(0);
});

test('all links of the workspace stand in one list', async ({ visitor, stranger, uniqueName }) => {
  const name = uniqueName('Listed');
  const { page } = visitor;
  await visitor.open(`/?name=${encodeURIComponent(name)}`);
  const link = await share(visitor);
  await visitor.open('/shared');
  const item = page.locator('.share-item', { hasText: name });
  await expect(item).toContainText('works until revoked');
  await item.getByRole('button', { name: /^Revoke/ }).click();
  await expect(item).toContainText('revoked');
  await expect(item.getByRole('button')).toHaveCount(0);
  await stranger.open(link, 410);
});

test('a link can be given an end', async ({ visitor, stranger }) => {
  await visitor.open('/');
  await visitor.page.getByLabel('The link works').selectOption('30');
  const link = await share(visitor);
  await stranger.open(link);
  await expect(stranger.page.locator('.frozen-note')).toContainText(/The link works until \d+ \w+ \d{4}/);
});

test('a stranger opens a copy of their own', async ({ visitor, stranger }) => {
  await visitor.open('/?name=Invoice%20triage&requests_per_month=1M..2M..4M&privacy=on_premise_required');
  const sentence = await verdict(visitor).innerText();
  const link = await share(visitor);

  await stranger.open(link);
  await stranger.page.getByRole('link', { name: 'Open as my own copy' }).click();
  await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText('Assess a use case');
  await stranger.settle();
  await expect(field(stranger, 'name')).toHaveValue('Invoice triage');
  await expect(field(stranger, 'privacy')).toHaveValue('on_premise_required');
  await expect(field(stranger, 'requests_per_month')).toHaveValue(/1000000\.\.2000000\.\.4000000|1M\.\.2M\.\.4M/);
  await expect(verdict(stranger)).toHaveText(sentence);

  // The copy is the stranger's own: the shared decision stays as it was.
  await enter(stranger, 'privacy', 'cloud_acceptable');
  await decide(stranger);
  await expect(verdict(stranger)).not.toHaveText(sentence);
  await visitor.open(link);
  await expect(verdict(visitor)).toHaveText(sentence);
});

test('a link stays as it is when its use case is revised', async ({ visitor, stranger, uniqueName }) => {
  const address = await keep(visitor, uniqueName('Frozen'));
  const sentence = await verdict(visitor).innerText();
  const link = await share(visitor);
  await visitor.open(`${address}/edit`);
  await enter(visitor, 'privacy', 'on_premise_required');
  await visitor.page.getByRole('button', { name: 'Save revision' }).click();
  await expect(visitor.page).toHaveURL(address);
  await expect(verdict(visitor)).not.toHaveText(sentence);
  await stranger.open(link);
  await expect(verdict(stranger)).toHaveText(sentence);
});
