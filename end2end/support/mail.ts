import { expect } from '@playwright/test';
import { readFileSync } from 'node:fs';

/** Where the mail server of the tests listens. */
export const SMTP_PORT = '3125';

/** Where it keeps what it takes. */
export const MAIL_FILE = 'test-results/.mail.jsonl';

/** Whom the server's mails come from. */
export const MAIL_FROM = { name: 'Parsimony', address: 'parsimony@example.org' };

/** A mail as its mailbox reads it. */
export interface Mail {
  from: string;
  fromName: string;
  to: string[];
  subject: string;
  text: string;
  messageId: string;
  date: string;
  /** By name, in lower case. */
  headers: Record<string, string>;
}

/** All mails that came for an address so far. */
export function mailsFor(address: string): Mail[] {
  let lines: string;
  try {
    lines = readFileSync(MAIL_FILE, 'utf8');
  } catch {
    return [];
  }
  // A line that is being written has no end yet.
  const whole = lines.slice(0, lines.lastIndexOf('\n') + 1).split('\n').filter(Boolean);
  return whole.map((line) => JSON.parse(line) as Mail).filter((mail) => mail.to.includes(address));
}

/** The one mail for an address, once it is there. */
export async function mailFor(address: string): Promise<Mail> {
  await expect.poll(() => mailsFor(address).length, { message: `mail for ${address}` }).toBe(1);
  const [mail] = mailsFor(address);
  if (!mail) throw new Error(`The mail for ${address} is gone.`);
  return mail;
}
