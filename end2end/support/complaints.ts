import { expect, type BrowserContext } from '@playwright/test';

interface Complaint {
  text: string;
  /** The HTTP status it is about, if it is about one. */
  status?: number;
}

/**
 * Everything a browser complains about while a test runs: errors and warnings on the console (hydration that
 * does not match and violations of the content security policy among them), uncaught exceptions, requests
 * that fail, answers of 400 and above.
 */
export class Complaints {
  private readonly heard: Complaint[] = [];
  private readonly expected = new Set<number>();
  /** Parts of complaints that do not count. */
  private readonly elsewhere: string[] = [];

  /** `scripted` tells whether the pages that are listened to run JavaScript. */
  constructor(private readonly scripted: boolean) {}

  /** Listens to all pages of a context, present and future. */
  listen(context: BrowserContext): void {
    context.on('console', (message) => {
      // Without JavaScript nobody comes to fetch what was preloaded for it.
      const isUnusedPreload = !this.scripted && message.text().includes('preloaded using link preload');
      if ((message.type() === 'error' || message.type() === 'warning') && !isUnusedPreload) {
        const status = /status of (\d{3})/.exec(message.text())?.[1];
        this.heard.push({
          text: `${message.type()} on the console of ${message.page()?.url() ?? 'a page'}: ${message.text()}`,
          status: status ? Number(status) : undefined,
        });
      }
    });
    context.on('weberror', (uncaught) => {
      this.heard.push({ text: `uncaught on ${uncaught.page()?.url() ?? 'a page'}: ${uncaught.error()}` });
    });
    context.on('requestfailed', (request) => {
      const failure = request.failure()?.errorText;
      // Leaving a page aborts what it was still asking for, and a browser without JavaScript refuses to
      // preload scripts, in the words of the content security policy.
      const isRefusedPreload = failure === 'csp' && !this.scripted && request.url().endsWith('.js');
      if (failure !== 'net::ERR_ABORTED' && !isRefusedPreload) {
        this.heard.push({ text: `${request.method()} ${request.url()} failed: ${failure}` });
      }
    });
    context.on('response', (response) => {
      if (response.status() >= 400) {
        const request = response.request();
        this.heard.push({
          text: `${request.method()} ${request.url()} was answered with ${response.status()}`,
          status: response.status(),
        });
      }
    });
  }

  /** Answers with this status belong to the test. */
  expectStatus(status: number): void {
    this.expected.add(status);
  }

  /** Requests that fail like this (`ERR_INTERNET_DISCONNECTED`) belong to the test. */
  expectFailure(error: string): void {
    this.elsewhere.push(error);
  }

  /** Complaints that name this address are about somebody else's pages. */
  leaveOut(address: string): void {
    this.elsewhere.push(address);
  }

  /** Fails if anything was heard that does not belong to the test. */
  check(): void {
    const ours = this.heard.filter(({ text }) => !this.elsewhere.some((part) => text.includes(part)));
    const unexpected = ours.filter(({ status }) => status === undefined || !this.expected.has(status));
    expect(
      unexpected.map(({ text }) => text),
      'The browser should have nothing to complain about',
    ).toEqual([]);
  }
}
