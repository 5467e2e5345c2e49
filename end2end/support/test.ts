import { test as base } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { Complaints } from './complaints';
import { ADMIN, STRANGER } from './people';
import { Team } from './team';
import { noticeWhenAlive, Visitor } from './visitor';

interface Fixtures {
  /** Whether this project has JavaScript. */
  scripted: boolean;
  /** Checked after every test. */
  complaints: Complaints;
  /** Whoever the test is about. */
  visitor: Visitor;
  /** The same person at another browser. */
  elsewhere: Visitor;
  /** Somebody without an account, at another browser: no cookies, no storage. */
  stranger: Visitor;
  /** Colleagues to be invited. */
  team: Team;
  /** A name nothing else has: tests share one database. */
  uniqueName: (start: string) => string;
}

export const test = base.extend<Fixtures>({
  scripted: async ({ javaScriptEnabled }, use) => {
    await use(javaScriptEnabled !== false);
  },
  complaints: [
    async ({ scripted }, use) => {
      const complaints = new Complaints(scripted);
      await use(complaints);
      complaints.check();
    },
    { auto: true },
  ],
  visitor: async ({ context, page, scripted, complaints }, use) => {
    await context.addInitScript(noticeWhenAlive);
    complaints.listen(context);
    await use(new Visitor(page, scripted, complaints));
  },
  elsewhere: async ({ browser, scripted, complaints }, use) => {
    const context = await browser.newContext({ storageState: ADMIN });
    await context.addInitScript(noticeWhenAlive);
    complaints.listen(context);
    await use(new Visitor(await context.newPage(), scripted, complaints));
    await context.close();
  },
  stranger: async ({ browser, scripted, complaints }, use) => {
    const context = await browser.newContext({ storageState: STRANGER });
    await context.addInitScript(noticeWhenAlive);
    complaints.listen(context);
    await use(new Visitor(await context.newPage(), scripted, complaints));
    await context.close();
  },
  team: async ({ browser, scripted, complaints }, use) => {
    const team = new Team(browser, scripted, complaints);
    await use(team);
    await team.leave();
  },
  uniqueName: async ({}, use) => {
    await use((start) => `${start} ${randomUUID().slice(0, 8)}`);
  },
});

export { expect } from '@playwright/test';
