// A mail server for the tests: takes every message and adds it to a file, one JSON object a line.
//
// Playwright starts and ends it like the server itself, see ../server.mjs.
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

const port = Number(process.env.SMTP_PORT);
const file = process.env.MAIL_FILE ?? '';
if (!port || !file) {
  console.error('SMTP_PORT must name a port and MAIL_FILE a file.');
  process.exit(2);
}

const server = new SMTPServer({
  // As on the server's own machine: nobody signs in and nothing is encrypted.
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, session, done) {
    /** @type {Buffer[]} */
    const chunks = [];
    stream.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    stream.on('end', () => {
      keep(Buffer.concat(chunks), session).then(() => done(), done);
    });
  },
});

/**
 * Reads a message as a mailbox would, and writes it down.
 * @param {Buffer} message
 * @param {import('smtp-server').SMTPServerSession} session
 */
async function keep(message, session) {
  const { subject, text, messageId, date, from, headers } = await PostalMime.parse(message);
  const mail = {
    from: from?.address,
    fromName: from?.name,
    to: session.envelope.rcptTo.map((recipient) => recipient.address),
    subject,
    text,
    messageId,
    date,
    headers: Object.fromEntries(headers.map(({ key, value }) => [key, value])),
  };
  // Playwright empties the folder of its results when it starts.
  mkdirSync(path.dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(mail)}\n`);
}

server.on('error', (error) => {
  console.error(`The mail server: ${error.message}`);
  // A sender that hangs up ends its connection only.
  if (!server.server.listening) process.exit(1);
});
process.stdin.on('end', () => process.exit(0)).resume();
server.listen(port, '127.0.0.1');
