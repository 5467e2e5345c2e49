import { expect } from '@playwright/test';
import { keep, openPortfolio, openSample, SAMPLE, share } from './keeping';
import type { Visitor } from './visitor';
import { enter } from './workbench';

/** A page in one of its states. */
export interface Place {
  name: string;
  /** The status it answers with, 200 unless said. */
  status?: number;
  /** Finds or makes it, and says where it is. */
  find: (visitor: Visitor, uniqueName: (start: string) => string) => Promise<string>;
}

const at = (path: string) => async (): Promise<string> => path;

/** A use case with a second revision and two links, one of them revoked. */
async function aWornUseCase(visitor: Visitor, uniqueName: (start: string) => string): Promise<string> {
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Worn'));
  await visitor.open(`${address}/edit`);
  await enter(visitor, 'requests_per_month', '1M..2M..4M');
  await enter(visitor, 'labelled_examples', '');
  await page.getByLabel('What changed and why').fill('Volume measured in October');
  await page.getByRole('button', { name: 'Save revision' }).click();
  await expect(page.locator('.revision')).toHaveCount(2);
  await share(visitor);
  await visitor.open(address);
  await page.getByRole('button', { name: /^Revoke/ }).click();
  await expect(page.locator('.share-item.is-revoked')).toHaveCount(1);
  await share(visitor);
  return address;
}

async function aSharedScenario(visitor: Visitor): Promise<string> {
  await visitor.open('/?preset=legal-clause-extraction');
  return share(visitor);
}

async function aRevokedLink(visitor: Visitor, uniqueName: (start: string) => string): Promise<string> {
  const address = await keep(visitor, uniqueName('Revoked'));
  const link = await share(visitor);
  await visitor.open(address);
  await visitor.page.getByRole('button', { name: /^Revoke/ }).click();
  await expect(visitor.page.locator('.share-item.is-revoked')).toHaveCount(1);
  return link;
}

/** A use case that is proposed and talked about. */
async function aUseCaseUnderReview(visitor: Visitor, uniqueName: (start: string) => string): Promise<string> {
  const { page } = visitor;
  const address = await keep(visitor, uniqueName('Reviewed'));
  await visitor.open(address);
  await page.getByRole('button', { name: 'Propose this classification' }).click();
  await expect(page.locator('#review .badge').first()).toHaveText('Proposed');
  await page.getByText('Raise a blocking concern').click();
  await page.getByLabel('Name of the concern').fill('Patient data');
  await page.getByRole('button', { name: 'Raise it' }).click();
  await expect(page.locator('.concern')).toBeVisible();
  await page.getByLabel('Comment', { exact: true }).fill('A *comment* with a [link](https://example.org).');
  await page.getByRole('button', { name: 'Comment' }).click();
  await expect(page.locator('.comment')).toBeVisible();
  return address;
}

/** Every page, in the states that look different. */
export const PLACES: Place[] = [
  { name: 'Assess', find: at('/') },
  { name: 'Assess, data on our own hardware', find: at('/?preset=medical-coding') },
  { name: 'Assess, nothing known', find: at('/?preset=blank') },
  { name: 'Assess, refused', status: 422, find: at('/?requests_per_month=-1&privacy=maybe&horizon_months=0') },
  { name: 'Portfolios', find: at('/portfolios') },
  { name: 'Portfolios, archived too', find: at('/portfolios?archived=true') },
  { name: 'Portfolio', find: (visitor) => openPortfolio(visitor, SAMPLE) },
  {
    name: 'Portfolio, nothing found',
    find: async (visitor) => `${await openPortfolio(visitor, SAMPLE)}?q=no-such-use-case`,
  },
  { name: 'Use case', find: (visitor) => openSample(visitor, 'Customer support (general)') },
  { name: 'Use case, revised and shared', find: aWornUseCase },
  { name: 'Edit', find: async (visitor) => `${await openSample(visitor, 'Code completion (scoped)')}/edit` },
  {
    name: 'Edit, refused',
    status: 422,
    find: async (visitor) => `${await openSample(visitor, 'Code completion (scoped)')}/edit?revision=1&input_tokens=many`,
  },
  { name: 'Shared scenario', find: aSharedScenario },
  { name: 'Revoked link', status: 410, find: aRevokedLink },
  {
    name: 'Shared links',
    find: async (visitor) => {
      await aSharedScenario(visitor);
      return '/shared';
    },
  },
  { name: 'Use case under review', find: aUseCaseUnderReview },
  {
    name: 'Reviews',
    find: async (visitor, uniqueName) => {
      await aUseCaseUnderReview(visitor, uniqueName);
      return '/reviews';
    },
  },
  { name: 'Notifications', find: at('/notifications') },
  { name: 'Settings', find: at('/settings') },
  { name: 'Settings, workspace', find: at('/settings/workspace') },
  { name: 'Settings, members', find: at('/settings/members') },
  { name: 'Settings, API tokens', find: at('/settings/tokens') },
  { name: 'Settings, audit log', find: at('/settings/audit?verify=yes') },
  { name: 'Evidence', find: at('/evidence') },
  { name: 'Demo', find: at('/demo') },
  { name: 'Adapter card', find: at('/demo/adapters/banking77') },
  { name: 'Not found', status: 404, find: at('/no/such/page') },
];

/** Opens everything on a page that can be opened, so that a look at it misses nothing. */
export async function unfold(visitor: Visitor): Promise<void> {
  await visitor.page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}
