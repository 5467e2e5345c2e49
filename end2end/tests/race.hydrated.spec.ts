import { load, LOADING, WRITING } from '../support/demo';
import { violations } from '../support/inspect';
import { LLM_MODEL, observed } from '../support/llm';
import { answerHere, answerOfApi, ask, expectWhole, figure, openWithoutModel, race } from '../support/race';
import { expect, test } from '../support/test';

// The endpoint computes on this machine too.
test.slow();

/** Long enough to be stopped in the middle. */
const STORY = 'Write a long story about a lighthouse.';

test('both sides answer the same prompt alike, each with its times, and the way through the server is shown apart', async ({ visitor, uniqueName }) => {
  test.setTimeout(8 * 60_000);
  const { page } = visitor;
  await load(visitor);
  // Its first words are so likely that eight-bit activations do not change them.
  await ask(page, 'Repeat exactly: The quick brown fox jumps over the lazy dog.');
  await expectWhole(page, 3 * WRITING);
  const [here, api] = [answerHere(page), answerOfApi(page)];
  await expect(here).toContainText(/\d+ tokens; the answer/);
  for (const answer of [here, api]) {
    for (const name of ['Time to first token', 'Each further token', 'Whole answer']) {
      await expect(figure(answer, name)).toContainText(/\d m?s/);
    }
  }
  const texts = await Promise.all([here, api].map((answer) => answer.locator('.prewrap').innerText()));
  const [words, others] = texts.map((text) => text.trim().split(/\s+/));
  let same = 0;
  while (same < words!.length && words![same] === others![same]) same += 1;
  test.info().annotations.push({ type: 'words in common', description: `${same} of ${words!.length}` });
  expect(same, texts.join('\n')).toBeGreaterThanOrEqual(4);

  // What it costs follows from what the page says about tokens and prices.
  await expect(figure(here, 'Cost of 1,000 such requests')).toContainText('no API bill');
  const cost = await figure(api, 'Cost of 1,000 such requests').innerText();
  const dollars = Number(/\$(\d+\.\d+)/.exec(cost)?.[1]);
  const tokens = /(\d+) tokens in(?:, (\d+) of them cached,)? and (\d+) out/.exec(cost)!;
  const [into, cached, out] = [tokens[1], tokens[2] ?? '0', tokens[3]].map(Number) as [number, number, number];
  const prices = /\$(\d+\.\d+) per million tokens in, \$(\d+\.\d+) out/.exec(await race(page).innerText())!;
  const [priceIn, priceOut] = [prices[1], prices[2]].map(Number) as [number, number];
  const costOf = (fresh: number) => (fresh * priceIn + out * priceOut) / 1000;
  expect(out).toBeGreaterThan(0);
  expect(dollars).toBeGreaterThanOrEqual(costOf(into - cached) * 0.99);
  expect(dollars).toBeLessThanOrEqual(costOf(into) * 1.01);

  for (const name of [
    'Between this browser and the server, both ways',
    'In the server, before it asked the endpoint',
    'Connecting to the endpoint',
    'Its first text, since it was asked',
  ]) {
    await expect(api.locator('.demo-way div').filter({ hasText: name }).locator('dd')).toHaveText(/\d/);
  }
  const table = page.getByRole('region', { name: 'Races of this visit' });
  for (const side of ['This device’s CPU', 'API']) {
    await expect(table.getByRole('row', { name: new RegExp(`^${side}`) })).toContainText(/\d m?s/);
  }
  expect(await violations(page)).toEqual([]);

  // Stopped during this device's turn, the prompt is sent to nobody.
  const mine = uniqueName(STORY);
  await ask(page, mine, '256');
  await expect(answerHere(page).locator('.prewrap')).toContainText(/\w+ \w+/, { timeout: WRITING });
  await race(page).getByRole('button', { name: 'Stop' }).click();
  await expect(race(page).getByRole('button', { name: 'Race', exact: true })).toBeEnabled();
  await expect(answerHere(page)).toContainText('was stopped');
  expect((await observed()).asked).not.toContain(mine);
});

test('all examples are raced in turn, and stopping ends the series', async ({ visitor }) => {
  test.setTimeout(5 * 60_000);
  const { page } = visitor;
  await openWithoutModel(visitor);
  await page.getByLabel('Longest answer').selectOption('32');
  await race(page).getByRole('button', { name: 'Ask the API all examples' }).click();
  await expect(race(page).getByRole('button', { name: 'Ask the API only' })).toBeEnabled({ timeout: 3 * WRITING });
  const table = page.getByRole('region', { name: 'Races of this visit' });
  const count = table.getByRole('row', { name: /^API/ }).getByRole('cell').first();
  await expect(count).toHaveText('5');

  await page.getByLabel('Longest answer').selectOption('256');
  await race(page).getByRole('button', { name: 'Ask the API all examples' }).click();
  await expect(race(page).getByRole('status').first()).toContainText(/^\d of 5\./);
  await race(page).getByRole('button', { name: 'Stop' }).click();
  await expect(race(page).getByRole('button', { name: 'Ask the API only' })).toBeEnabled();
  expect(Number(await count.innerText())).toBeLessThan(10);
});

test('stopping closes the connection to the endpoint, and the next answer comes', async ({ visitor, uniqueName }) => {
  test.setTimeout(4 * 60_000);
  const { page } = visitor;
  await openWithoutModel(visitor);
  const mine = `[slow] ${uniqueName(STORY)}`;
  await ask(page, mine, '256');
  await expect(answerOfApi(page).locator('.prewrap')).toContainText(/\w+ \w+/, { timeout: WRITING });
  expect((await observed()).closed).not.toContain(mine);
  await race(page).getByRole('button', { name: 'Stop' }).click();
  await expect(answerOfApi(page)).toContainText('You stopped it; the answer is incomplete and counts nowhere.');
  await expect.poll(async () => (await observed()).closed, { timeout: 30_000 }).toContain(mine);
  await ask(page, 'Say hello.');
  await expectWhole(page, WRITING);
});

test('whatever an endpoint does wrong is said in a sentence, and the next race is none the worse', async ({ visitor, complaints }) => {
  test.setTimeout(10 * 60_000);
  const { page } = visitor;
  // What is refused before it begins comes as the server's own refusal.
  complaints.expectStatus(502);
  await openWithoutModel(visitor);
  for (const [fault, sentence, state] of [
    ['401', 'has to give it another key', 'There is no answer; it counts as failed.'],
    ['429', 'takes no more prompts of this server at present', 'There is no answer; it counts as failed.'],
    ['500', 'reported an error of its own', 'There is no answer; it counts as failed.'],
    ['garbage', 'is no stream of chat completions', 'There is no answer; it counts as failed.'],
    ['drop', 'ended before its answer did', 'The answer broke off and is incomplete; it counts as failed.'],
    // The endpoint has twenty seconds for its first text.
    ['stall', 'It was given up', 'There is no answer; it counts as failed.'],
  ] as const) {
    await test.step(fault, async () => {
      await ask(page, `[${fault}] ${STORY}`);
      const alert = race(page).getByRole('alert');
      await expect(alert).toContainText(sentence, { timeout: LOADING });
      // Neither the key nor what the endpoint said about it.
      await expect(alert).not.toContainText(/sk-|Refused with/);
      await expect(answerOfApi(page)).toContainText(state);
      await ask(page, 'Say hello.');
      await expectWhole(page, WRITING);
    });
  }
  const table = page.getByRole('region', { name: 'Races of this visit' });
  await expect(table.getByRole('row', { name: /^API/ })).toContainText('6, failed: 6');
});

test('strangers are asked to sign in, and viewers are told which role it takes', async ({ stranger, team }) => {
  const { page } = stranger;
  await stranger.open('/demo');
  await expect(race(page)).toContainText('Sign in to race against your organisation’s endpoint.');
  await expect(race(page).getByRole('button')).toHaveCount(0);
  await expect(race(page).getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/sign-in?next=%2Fdemo');
  await expect(page.getByRole('region', { name: 'Attach to a use case' })).toContainText('Sign in to keep');

  const vera = await team.join('Vera Rubin', 'viewer');
  await vera.open('/demo');
  await expect(race(vera.page)).toContainText(LLM_MODEL);
  await expect(race(vera.page)).toContainText('Racing takes the role editor; yours is viewer.');
  await expect(race(vera.page).getByRole('button')).toHaveCount(0);
  await expect(vera.page.getByRole('region', { name: 'Attach to a use case' })).toContainText(
    'Attaching takes the role editor; yours is viewer.',
  );
});
