import type { Visitor } from '../support/visitor';
import { expect, test } from '../support/test';
import { decide, enter, field, problem, verdict } from '../support/workbench';

interface Refused {
  case: string;
  name: string;
  text: string;
  says: RegExp;
}

/** Texts that no number field takes, and what is said about them. */
const REFUSED: Refused[] = [
  { case: 'below', name: 'peak_to_mean', text: '0.5', says: /0\.5 is outside 1 to 100.*from 1 to 100/ },
  { case: 'above', name: 'target_utilisation', text: '101', says: /101 is outside 1 to 100.*from 1 to 100/ },
  { case: 'zero where nothing divides by it', name: 'target_utilisation', text: '0', says: /0 is outside 1 to 100/ },
  { case: 'negative', name: 'requests_per_month', text: '-1', says: /-1 is outside 1 to 10,000,000,000/ },
  { case: 'not a number', name: 'requests_per_month', text: 'NaN', says: /“NaN” is not a number/ },
  { case: 'infinite', name: 'input_tokens', text: 'inf', says: /“inf” is not a number/ },
  { case: 'beyond every range', name: 'requests_per_month', text: '1e308', says: /1e308 is outside/ },
  { case: 'beyond what a float holds', name: 'input_tokens', text: '1e999', says: /“1e999” is not a number/ },
  { case: 'words', name: 'output_tokens', text: 'quite a lot', says: /“quite a lot” is not a number/ },
  { case: 'a fraction of a whole', name: 'min_replicas', text: '1.5', says: /“1\.5” is not a whole number/ },
  { case: 'a decimal comma', name: 'peak_to_mean', text: '1,5', says: /write decimals with a dot/ },
  { case: 'half a range', name: 'requests_per_month', text: '1M..2M', says: /low\.\.likely\.\.high/ },
  { case: 'a range in disorder', name: 'requests_per_month', text: '3M..2M..1M', says: /low.*likely.*high/ },
  { case: 'far too many digits', name: 'requests_per_month', text: '9'.repeat(300), says: /300 characters are too many/ },
  { case: 'more cached than sent', name: 'cached_tokens', text: '501', says: /more than the input tokens/ },
];

/** Says so beside the field, with what is allowed, and keeps what was typed. */
async function expectRefusal(visitor: Visitor, { name, text, says }: Refused): Promise<void> {
  const control = field(visitor, name);
  await expect(problem(visitor, name)).toBeVisible();
  await expect(problem(visitor, name)).toHaveText(says);
  await expect(problem(visitor, name)).toContainText('Allowed: ');
  await expect(control).toHaveValue(text);
  await expect(control).toHaveAttribute('aria-invalid', 'true');
  await expect(control).toHaveAttribute('aria-describedby', new RegExp(`\\bf-${name}-error\\b`));
  await expect(visitor.page.locator('.error-summary')).toContainText('One field needs attention');
  await expect(visitor.page.locator('.error-summary').getByRole('link')).toHaveAttribute('href', `#f-${name}`);
}

for (const refused of REFUSED) {
  test(`${refused.case}: refused beside the field, and kept`, async ({ visitor }) => {
    visitor.complaints.expectStatus(422);
    await visitor.open('/');
    const answer = visitor.page.waitForResponse((response) =>
      visitor.scripted ? response.url().endsWith('/api/assess') : response.request().isNavigationRequest(),
    );
    await enter(visitor, refused.name, refused.text);
    await decide(visitor);
    expect((await answer).status()).toBe(422);
    await expectRefusal(visitor, refused);

    // The address still says what was typed, and opens as the same page.
    if (visitor.scripted) {
      await expect(visitor.page).toHaveURL(`/?${refused.name}=${encodeURIComponent(refused.text)}`);
    }
    await visitor.open(visitor.address(), 422);
    await expectRefusal(visitor, refused);
    await expect(visitor.page.getByRole('heading', { name: 'No decision yet' })).toBeVisible();
  });
}

test('an answer that is not in the list is kept and refused', async ({ visitor }) => {
  await visitor.open('/?privacy=maybe&frontier_model=gpt-99', 422);
  await expect(problem(visitor, 'privacy')).toContainText('“maybe” is not one of the answers');
  await expect(field(visitor, 'privacy')).toHaveValue('maybe');
  await expect(problem(visitor, 'frontier_model')).toBeVisible();
  await expect(field(visitor, 'frontier_model')).toHaveValue('gpt-99');
  await expect(visitor.page.locator('.error-summary')).toContainText('2 fields need attention');
});

test('a name that is too long is kept and refused', async ({ visitor }) => {
  const name = 'é'.repeat(121);
  await visitor.open(`/?name=${encodeURIComponent(name)}`, 422);
  await expect(problem(visitor, 'name')).toContainText('at most 120 characters');
  await expect(field(visitor, 'name')).toHaveValue(name);
});

test('a refused field can be corrected', async ({ visitor }) => {
  await visitor.open('/?requests_per_month=many', 422);
  await enter(visitor, 'requests_per_month', '10M');
  await decide(visitor);
  await expect(verdict(visitor)).toBeVisible();
  await expect(problem(visitor, 'requests_per_month')).toHaveCount(0);
  await expect(visitor.page.locator('.error-summary')).toHaveCount(0);
  await expect(field(visitor, 'requests_per_month')).not.toHaveAttribute('aria-invalid', 'true');
});

test('an error in a closed group opens the group', async ({ visitor }) => {
  await visitor.open('/?horizon_months=0', 422);
  await expect(field(visitor, 'horizon_months')).toBeVisible();
  await visitor.page.locator('.error-summary').getByRole('link', { name: 'Horizon' }).click();
  await expect(field(visitor, 'horizon_months')).toBeInViewport();
});

test('an unknown preset is not found', async ({ visitor }) => {
  await visitor.open('/?preset=no-such-preset', 404);
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
});

test('unknown is an answer, not an error', async ({ visitor }) => {
  await visitor.open('/?input_tokens=&privacy=&latency_target_ms=&slm_quality=unknown');
  await expect(visitor.page.locator('.field-error')).toHaveCount(0);
  await expect(visitor.page.locator('.field.is-unknown', { has: field(visitor, 'privacy') })).toBeVisible();
});
