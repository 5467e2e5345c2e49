import { beforeTheWorker, fact, load, LOADING, running, write, WRITING } from '../support/demo';
import { expect, test } from '../support/test';

// With WebGPU, but without a GPU. What the kernels compute is tested in Rust, on a Vulkan device of software: the
// browser's own takes minutes for an answer.

test('a GPU of software is left alone, and the page says why', async ({ visitor }) => {
  test.setTimeout(LOADING + WRITING);
  const { page } = visitor;
  await load(visitor);
  await expect(fact(page, 'GPU')).toContainText('swiftshader');
  await expect(running(page)).toContainText('software that the CPU computes');
  await running(page).getByText(/^Starting took/).click();
  await expect(running(page).getByRole('row', { name: /^CPU/ })).toContainText('right');
  await expect(running(page).getByRole('row', { name: /^GPU/ })).toHaveCount(0);
});

test('a GPU that hands out no device is left for the CPU, and the page says why', async ({ visitor }) => {
  test.setTimeout(2 * LOADING + WRITING);
  const { page } = visitor;
  await beforeTheWorker(
    page,
    `GPUAdapter.prototype.requestDevice = () => Promise.reject(new DOMException('No room.', 'OperationError'));`,
  );
  await load(visitor);
  await running(page).getByRole('button', { name: 'GPU', exact: true }).click();
  await expect(running(page)).toContainText(
    'The CPU does the work, because the GPU cannot: The GPU cannot be used: ',
    { timeout: LOADING },
  );
  await expect(page.getByRole('button', { name: 'Write', exact: true })).toBeEnabled({ timeout: LOADING });
  await write(page, 'Say hello.');
  await expect(page.getByRole('heading', { name: 'Answer, computed on the CPU' })).toBeVisible();
});
