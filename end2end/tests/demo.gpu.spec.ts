import type { Page } from '@playwright/test';
import { answers, beforeTheWorker, begin, fact, load, LOADING, running, write, WRITING } from '../support/demo';
import { expect, test } from '../support/test';

// On a software GPU: slow, but with every kernel. Each start compiles all of them anew.
const STARTING = 3 * LOADING;

// llama.cpp's answer begins like this too; further on, roundings decide.
const [QUESTION, ANSWER] = ['Repeat: The quick brown fox jumps over the lazy dog.', 'The quick brown fox jumps over'];
const PROMPT = 'List three short steps for making a cup of green tea.';

/** Has the model run on the GPU, if it can, and waits until it says what it runs on. */
async function chooseGpu(page: Page, said: string | RegExp): Promise<void> {
  await running(page).getByRole('button', { name: 'GPU', exact: true }).click();
  await expect(running(page)).toContainText(said, { timeout: STARTING });
  await expect(page.getByRole('button', { name: 'Write', exact: true })).toBeEnabled({ timeout: LOADING });
}

test('the GPU gives the known answer, writes, and is compared with the CPU side by side', async ({ visitor }) => {
  test.setTimeout(15 * 60_000);
  const { page } = visitor;
  await load(visitor);
  await expect(fact(page, 'GPU')).toContainText('swiftshader');
  // Software is left alone unless somebody asks for it.
  await expect(running(page)).toContainText('software that the CPU computes');
  await running(page).getByText(/^Starting took/).click();
  await expect(running(page).getByRole('row', { name: /^CPU/ })).toContainText('right');
  await expect(running(page).getByRole('row', { name: /^GPU/ })).toHaveCount(0);

  await chooseGpu(page, 'You chose the GPU.');
  // Told anew with the new choice, so it is closed again.
  const trials = running(page).locator('details');
  if (!(await trials.evaluate((details: HTMLDetailsElement) => details.open))) await trials.locator('summary').click();
  await expect(running(page).getByRole('row', { name: /^GPU/ })).toContainText('right');
  await write(page, QUESTION, 3 * WRITING);
  await expect(page.getByRole('heading', { name: 'Answer, computed on the GPU' })).toBeVisible();
  await expect(answers(page).locator('.prewrap')).toContainText(ANSWER);

  await page.getByRole('button', { name: 'CPU and GPU side by side' }).click();
  await expect(answers(page)).toHaveCount(2, { timeout: STARTING });
  await expect(answers(page).nth(1)).toContainText(/tokens; the answer/, { timeout: 3 * WRITING });
  await expect(page.locator('.chart-title')).toHaveText(/the CPU .* ms, the GPU .* ms$/, { timeout: STARTING });
});

test('a GPU that is lost in the middle of an answer is started anew, and the second time the CPU takes over', async ({ visitor }) => {
  test.setTimeout(20 * 60_000);
  const { page } = visitor;
  await beforeTheWorker(
    page,
    `const request = GPUAdapter.prototype.requestDevice;
     GPUAdapter.prototype.requestDevice = async function (...asked) {
       return (self.device = await request.apply(this, asked));
     };
     self.orders = new BroadcastChannel('device');
     self.orders.onmessage = () => self.device.destroy();`,
  );
  await load(visitor);
  await chooseGpu(page, 'You chose the GPU.');
  for (const [said, hardware] of [
    ['The GPU failed and was started anew: ', 'GPU'],
    ['The GPU failed, so the CPU took over: ', 'CPU'],
  ] as const) {
    await test.step(said, async () => {
      await begin(page, PROMPT, '32');
      const text = answers(page).locator('.prewrap');
      await expect(text).toContainText(/\w+\W+\w+/, { timeout: 3 * WRITING });
      const before = await page.evaluate(() => {
        const text = document.querySelector('.demo-answer .prewrap')?.textContent ?? '';
        new BroadcastChannel('device').postMessage('lose it');
        return text;
      });
      await expect(answers(page)).toContainText(/tokens; the answer (is complete|reached the length)/, {
        timeout: STARTING + 3 * WRITING,
      });
      await expect(running(page)).toContainText(said);
      await expect(page.getByRole('heading', { name: `Answer, computed on the ${hardware}` })).toBeVisible();
      // What was written stays, and the rest follows.
      const after = (await text.textContent()) ?? '';
      expect(after.startsWith(before), `${before}\n${after}`).toBe(true);
      expect(after.length).toBeGreaterThan(before.length);
      await expect(page.getByRole('alert')).toHaveCount(0);
    });
  }
  await write(page, 'Say hello.');
  await expect(page.getByRole('heading', { name: 'Answer, computed on the CPU' })).toBeVisible();
});

for (const [what, code, because] of [
  [
    'computes wrong',
    `const create = GPUDevice.prototype.createShaderModule;
     GPUDevice.prototype.createShaderModule = function (wanted) {
       return create.call(this, { ...wanted, code: wanted.code.replace('exp(-even)', 'exp(even)') });
     };`,
    'It computes wrong: ',
  ],
  [
    'does not understand a shader',
    `const create = GPUDevice.prototype.createShaderModule;
     GPUDevice.prototype.createShaderModule = function (wanted) {
       return create.call(this, { ...wanted, code: wanted.code.replace('fn main(', 'fn nobody(') });
     };`,
    'The GPU cannot be used: ',
  ],
  [
    'refuses memory',
    // No device grants what is asked for instead.
    `const create = GPUDevice.prototype.createBuffer;
     GPUDevice.prototype.createBuffer = function (wanted) {
       return create.call(this, wanted.size > 4e6 ? { ...wanted, size: 2 ** 45 } : wanted);
     };`,
    'The GPU cannot be used: ',
  ],
  [
    'hands out no device',
    `GPUAdapter.prototype.requestDevice = () => Promise.reject(new DOMException('No room.', 'OperationError'));`,
    'The GPU cannot be used: ',
  ],
] as const) {
  test(`a GPU that ${what} is left for the CPU, and the page says why`, async ({ visitor }) => {
    test.setTimeout(15 * 60_000);
    const { page } = visitor;
    await beforeTheWorker(page, code);
    await load(visitor);
    await chooseGpu(page, `The CPU does the work, because the GPU cannot: ${because}`);
    await write(page, PROMPT);
    await expect(page.getByRole('heading', { name: 'Answer, computed on the CPU' })).toBeVisible();
  });
}
