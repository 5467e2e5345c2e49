import type { Browser } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import type { Complaints } from './complaints';
import { ADMIN, createAccount, STRANGER } from './people';
import { noticeWhenAlive, Visitor } from './visitor';

export type Role = 'viewer' | 'editor' | 'reviewer' | 'admin';

/** Colleagues, each at a browser of their own. */
export class Team {
  private readonly contexts: { close(): Promise<void> }[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly scripted: boolean,
    private readonly complaints: Complaints,
  ) {}

  /** A new colleague: invited by the administrator, or by another host, and signed in with an account of their own. */
  async join(name: string, role: Role, host?: Visitor): Promise<Colleague> {
    const storageState = host ? await host.page.context().storageState() : ADMIN;
    const admin = await this.browser.newContext({ storageState, javaScriptEnabled: false });
    const page = await admin.newPage();
    await page.goto('/settings/members');
    await page.getByLabel('Role', { exact: true }).selectOption(role);
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    const link = await page.getByLabel('Invitation link').inputValue();
    await admin.close();

    const context = await this.browser.newContext({ storageState: STRANGER });
    this.contexts.push(context);
    await context.addInitScript(noticeWhenAlive);
    this.complaints.listen(context);
    const own = await context.newPage();
    await own.goto(new URL(link).pathname);
    const handle = `${name.toLowerCase().replace(/\W+/g, '.')}.${randomUUID().slice(0, 8)}`;
    await createAccount(own, name, `${handle}@example.org`);
    await own.waitForURL('/portfolios');
    return new Colleague(own, this.scripted, this.complaints, name, handle);
  }

  async leave(): Promise<void> {
    for (const context of this.contexts) await context.close();
  }
}

/** Somebody with an account. */
export class Colleague extends Visitor {
  constructor(
    page: Visitor['page'],
    scripted: boolean,
    complaints: Complaints,
    readonly name: string,
    /** What follows the @ of a mention. */
    readonly handle: string,
  ) {
    super(page, scripted, complaints);
  }
}
