import { compared, loadToSort, messages, sort, sortedBy, sorting } from '../support/classify';
import { LOADING, running } from '../support/demo';
import { expect, test } from '../support/test';

test('the GPU sorts messages into the same intents as the CPU', async ({ visitor }) => {
  test.setTimeout(15 * 60_000);
  const { page } = visitor;
  await loadToSort(visitor);
  await page.getByRole('button', { name: 'Your own text' }).click();
  await page
    .getByLabel('Messages, one a line')
    .fill('I left my bank card in a taxi\nI want to close my account for good\nHow do I change my PIN?');
  await sortedBy(page, /^The fine-tuned model$/);
  await sort(page);
  await expect(compared(page, /^Computed on/)).toHaveText(['this device’s CPU']);
  const answers = async () => {
    const rows = await messages(page).all();
    const cells = await Promise.all(rows.map((row) => row.getByRole('cell').allInnerTexts()));
    return Object.fromEntries(cells.map((row) => [row[1], row[4]]));
  };
  const onCpu = await answers();

  await running(page).getByRole('button', { name: 'GPU', exact: true }).click();
  await expect(running(page)).toContainText('You chose the GPU.', { timeout: 3 * LOADING });
  await sort(page, 5 * 60_000);
  await expect(compared(page, /^Computed on/)).toHaveText(['this device’s GPU']);
  expect(await answers()).toEqual(onCpu);
  await expect(sorting(page).getByRole('alert')).toHaveCount(0);
});
