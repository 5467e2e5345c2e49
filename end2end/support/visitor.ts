import { expect, type Page } from '@playwright/test';
import type { Complaints } from './complaints';

/** Somebody at a browser, with or without JavaScript. */
export class Visitor {
  constructor(
    readonly page: Page,
    /** Whether pages come alive. */
    readonly scripted: boolean,
    readonly complaints: Complaints,
  ) {}

  /** Goes to an address, expects this status, and waits until the page is alive. */
  async open(path: string, status = 200): Promise<void> {
    if (status >= 400) this.complaints.expectStatus(status);
    // An address that differs in its fragment only would not be loaded.
    const here = this.page.url().split('#')[0];
    if (here === new URL(path, here.startsWith('http') ? here : 'http://unset').href.split('#')[0]) {
      await this.page.goto('about:blank');
    }
    const response = await this.page.goto(path);
    expect(response?.status(), `status of ${path}`).toBe(status);
    await this.settle();
  }

  /** Loads the page again. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.settle();
  }

  /** Waits until the page that was just loaded is alive; without JavaScript it is as alive as it gets. */
  async settle(): Promise<void> {
    if (this.scripted) await this.page.evaluate(() => window.alive);
  }

  /** Path and query of the address bar. */
  address(): string {
    const url = new URL(this.page.url());
    return url.pathname + url.search;
  }
}

declare global {
  interface Window {
    /** Settled once the application has taken over the page. */
    alive: Promise<void>;
  }
}

/**
 * Runs in each page before its own scripts. Taking over a page is one synchronous call, in which the router
 * starts to listen to the history; effects follow as microtasks. The timer comes after all of that.
 */
export function noticeWhenAlive(): void {
  const listen = window.addEventListener;
  window.alive = new Promise((resolve) => {
    // A module that takes over a part of a page says so itself.
    listen.call(window, 'alive', () => resolve());
    // A page that is rendered on the server only loads no scripts and is as alive as it gets.
    document.addEventListener('DOMContentLoaded', () => {
      if (!document.querySelector('script[type="module"]')) resolve();
    });
    window.addEventListener = function (this: Window, ...listener: Parameters<typeof listen>) {
      if (listener[0] === 'popstate') setTimeout(resolve);
      listen.apply(this, listener);
    } as typeof listen;
  });
}
