import { expect, test } from '../support/test';
import { decide, enter, field, option, total, verdict } from '../support/workbench';

test('the first visit shows the article’s example with its figures', async ({ visitor }) => {
  await visitor.open('/');
  const { page } = visitor;
  await expect(page).toHaveTitle(/Document classification.* · Parsimony$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Assess a use case');
  await expect(verdict(visitor)).toBeVisible();
  await expect(page.locator('.option-row')).toHaveCount(6);
  await expect(total(visitor, 'frontier-api')).toHaveText('$522,000');
  await expect(total(visitor, 'frontier-api')).toHaveAttribute('title', '$522,000.00');
  await expect(total(visitor, 'self-hosted-slm')).toHaveText('$76,100');
  await expect(option(visitor, 'frontier-api').locator('.option-figures')).toContainText('$14,500');
  await expect(page.locator('.callout-headline')).toContainText('gpt-4o-mini');
});

test('the decision explains itself', async ({ visitor }) => {
  await visitor.open('/');
  const results = visitor.page.locator('#results');
  await expect(results.locator('.verdict-reasons > li')).not.toHaveCount(0);
  await expect(results.locator('.verdict-facts')).toContainText('Decisive assumption');
  await expect(results.locator('.versus')).toContainText('The article’s answer');
  await expect(results.locator('.flowchart-svg .flow-node.is-taken')).not.toHaveCount(0);
  await expect(results.locator('.trace-step').first()).toBeVisible();
  await expect(results.locator('.dimensions tbody tr')).toHaveCount(8);
  await expect(results.getByRole('row', { name: /Frontier LLM API.*Self-hosted fine-tuned SLM/ })).toContainText(
    '1.46M',
  );
  await expect(results.locator('.provenance')).toContainText(/Engine .+ policy .+ price book .+ content hash/);
});

test('an edit that changes everything flips the verdict', async ({ visitor }) => {
  await visitor.open('/');
  const before = await verdict(visitor).innerText();
  await enter(visitor, 'privacy', 'on_premise_required');
  await decide(visitor);
  for (const code of ['frontier-api', 'small-api', 'hosted-open-weight']) {
    await expect(option(visitor, code)).toHaveClass(/is-excluded/);
    await expect(option(visitor, code).locator('.option-reason').first()).toBeVisible();
  }
  await expect(verdict(visitor)).not.toHaveText(before);
  await expect(visitor.page.locator('.callout-headline')).toHaveCount(0);
  await expect(visitor.page).toHaveURL('/?privacy=on_premise_required');
});

test('the address follows the inputs and brings them back', async ({ visitor, stranger }) => {
  await visitor.open('/');
  await enter(visitor, 'requests_per_month', '2M');
  await enter(visitor, 'name', 'Invoices & receipts');
  await decide(visitor);
  const address = '/?name=Invoices%20%26%20receipts&requests_per_month=2M';
  await expect(visitor.page).toHaveURL(address);
  await expect(total(visitor, 'frontier-api')).toHaveText('$104,000');
  await expect(visitor.page).toHaveTitle('Invoices & receipts · Parsimony');
  const sentence = await verdict(visitor).innerText();

  await visitor.reload();
  await expect(field(visitor, 'requests_per_month')).toHaveValue('2M');
  await expect(verdict(visitor)).toHaveText(sentence);

  await stranger.open(address);
  await expect(field(stranger, 'name')).toHaveValue('Invoices & receipts');
  await expect(verdict(stranger)).toHaveText(sentence);
});

test('a field that differs from the preset is marked', async ({ visitor }) => {
  await visitor.open('/');
  const changed = visitor.page.locator('.field-changed');
  await expect(changed).toHaveCount(0);
  await enter(visitor, 'output_tokens', '40');
  await decide(visitor);
  await expect(changed).toHaveCount(1);
  await expect(changed).toContainText('Output tokens per request');
});

test('a range is carried through to the totals', async ({ visitor }) => {
  await visitor.open('/');
  await enter(visitor, 'requests_per_month', '5M..10M..20M');
  await decide(visitor);
  await expect(option(visitor, 'frontier-api').locator('.option-spread')).toHaveText('$261,000 to $1,040,000');
  await expect(total(visitor, 'frontier-api')).toHaveText('$522,000');
});

test('an emptied field is unknown, not a default', async ({ visitor }) => {
  await visitor.open('/');
  await enter(visitor, 'requests_per_month', '');
  await decide(visitor);
  await expect(visitor.page).toHaveURL('/?requests_per_month=');
  await expect(visitor.page.getByText('Missing evidence', { exact: true })).toBeVisible();
  await expect(visitor.page.locator('.verdict-facts')).toContainText('Requests per month');
  await expect(visitor.page.locator('.field.is-unknown', { has: field(visitor, 'requests_per_month') })).toBeVisible();
  await expect(option(visitor, 'frontier-api')).toContainText('To cost it, enter: requests per month.');
});

test('a preset replaces all inputs, and back returns to the ones before', async ({ visitor }) => {
  await visitor.open('/');
  const { page } = visitor;
  await page.getByRole('link', { name: /Article: the same on one GPU/ }).click();
  await expect(page).toHaveURL('/?preset=article-classification-one-gpu');
  await expect(total(visitor, 'self-hosted-slm')).toHaveText('$47,300');
  await expect(field(visitor, 'min_replicas')).toHaveValue('1');
  await expect(page.locator('.preset[aria-current]')).toContainText('the same on one GPU');

  await page.goBack();
  await expect(page).toHaveURL('/');
  await expect(total(visitor, 'self-hosted-slm')).toHaveText('$76,100');
  await expect(field(visitor, 'min_replicas')).toHaveValue('2');
});

test('every preset leads to a decision', async ({ visitor }) => {
  await visitor.open('/');
  const links = visitor.page.locator('a.preset');
  await expect(links).toHaveCount(12);
  const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  for (const address of addresses) {
    await visitor.open(address);
    await expect(verdict(visitor)).not.toBeEmpty();
    await expect(visitor.page.locator('.preset[aria-current]')).toHaveCount(1);
  }
});

test('edits keep the preset they started from', async ({ visitor }) => {
  await visitor.open('/?preset=medical-coding');
  await enter(visitor, 'input_tokens', '1200');
  await decide(visitor);
  await expect(visitor.page).toHaveURL('/?preset=medical-coding&input_tokens=1200');
});

test('what somebody types is text, whatever it looks like', async ({ visitor }) => {
  const name = '<img src=x onerror=alert(1)>';
  await visitor.open(`/?name=${encodeURIComponent(name)}`);
  await expect(field(visitor, 'name')).toHaveValue(name);
  await expect(visitor.page).toHaveTitle(`${name} · Parsimony`);
  await expect(visitor.page.locator('img')).toHaveCount(0);
});
