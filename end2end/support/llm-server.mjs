// An LLM endpoint for the tests: llama.cpp's own server with the demo's model, the same as the server's own tests have
// (server/tests/race/upstream.py), and in front of it a proxy that can spoil what comes back.
//
// Answers are passed on as they are, unless the last message of the prompt begins with one of these:
//   [stall]    the beginning of an answer up to its first text, then silence
//   [slow]     the answer, a quarter of a second between its events
//   [drop]     the first words of an answer, then the connection breaks
//   [garbage]  bytes that are no event stream
//   [401], [429], [500] and any other number: that status
//
// GET /health is answered with 200 once the model is loaded, GET /observed with the prompts that came and those whose
// connection the client closed. Playwright starts and ends this like the server itself, see ../server.mjs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const port = Number(process.env.LLM_PORT);
const key = process.env.LLM_KEY;
if (!port || !key) {
  console.error('LLM_PORT must name a port and LLM_KEY a key.');
  process.exit(2);
}

/** How long `[slow]` waits before each event, in milliseconds. */
const PACE = 250;

/** How many texts `[drop]` passes on. */
const FIRST_WORDS = 4;

/**
 * A file that the caller names, or that is in the cache.
 * @param {string | undefined} named
 * @param {string} name
 */
function found(named, name) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const path = named || join(cache, 'parsimony', name);
  if (existsSync(path)) return path;
  console.error(`${path} is missing: \`cargo xtask test\` sees to it.`);
  process.exit(2);
}

const python = found(process.env.PARSIMONY_TEST_LLAMA, 'xllamacpp/bin/python');
const model = found(process.env.PARSIMONY_MODEL, 'SmolLM2-135M-Instruct.Q4_1.gguf');
const script = fileURLToPath(new URL('../../server/tests/race/upstream.py', import.meta.url));
// It ends when its standard input does, and so with this process, however this ends.
const upstream = spawn(python, [script, model, key], { stdio: ['pipe', 'pipe', 'ignore'] });
upstream.on('error', (error) => {
  console.error(`llama.cpp’s server: ${error.message}`);
  process.exit(1);
});
upstream.on('exit', (code) => {
  console.error(`llama.cpp’s server ended with ${code}.`);
  process.exit(1);
});

/** Its address, once it answers. @type {string | undefined} */
let address;
createInterface(upstream.stdout).once('line', (line) => {
  address = line.trim();
});

/** @type {string[]} */
const asked = [];
/** @type {string[]} */
const closed = [];

/** @typedef {import('node:http').IncomingMessage} Incoming */
/** @typedef {import('node:http').ServerResponse} Outgoing */

/** @param {Incoming} incoming */
async function bodyOf(incoming) {
  /** @type {Buffer[]} */
  const pieces = [];
  for await (const piece of incoming) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * The last message of a prompt; empty for what is none.
 * @param {Buffer} body
 */
function lastMessage(body) {
  try {
    return String(JSON.parse(body.toString()).messages.at(-1).content);
  } catch {
    return '';
  }
}

/**
 * Asks the real server. The caller ends what nobody waits for any more.
 * @param {Incoming} incoming
 * @param {Buffer} body
 * @param {(answer: Incoming) => void} answered
 */
function ask(incoming, body, answered) {
  const { authorization, accept } = incoming.headers;
  const headers = { 'content-type': 'application/json', 'content-length': body.length, authorization, accept };
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  // A connection for each: the real server closes those it has streamed over without saying so.
  const options = { method: incoming.method, headers: sent, agent: false };
  const asking = request(`${address}${incoming.url}`, options, answered);
  asking.end(body);
  return asking;
}

/**
 * Passes status and kind of an answer on; the rest describes the connection to the real server.
 * @param {Incoming} answer
 * @param {Outgoing} response
 */
function begin(answer, response) {
  response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
}

/**
 * The events of a stream, each with the blank line that ends it.
 * @param {Incoming} answer
 */
async function* eventsOf(answer) {
  let rest = '';
  answer.setEncoding('utf8');
  for await (const piece of answer) {
    rest += piece;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      yield rest.slice(0, end + 2);
      rest = rest.slice(end + 2);
    }
  }
}

/**
 * Whether there is text in an event.
 * @param {string} event
 */
const hasText = (event) => /"content":"[^"]/.test(event);

/**
 * What spoils an answer. What it passes on is real.
 * @type {Record<string, (answer: Incoming, response: Outgoing) => Promise<void>>}
 */
const SPOILT = {
  async stall(answer, response) {
    for await (const event of eventsOf(answer)) {
      if (hasText(event)) return;
      response.write(event);
    }
  },
  async slow(answer, response) {
    for await (const event of eventsOf(answer)) {
      await new Promise((done) => setTimeout(done, PACE));
      response.write(event);
    }
    response.end();
  },
  async drop(answer, response) {
    let texts = 0;
    for await (const event of eventsOf(answer)) {
      response.write(event);
      if (hasText(event) && ++texts === FIRST_WORDS) break;
    }
    // What was written is on its way before the connection ends.
    response.write('', () => response.socket?.destroy());
  },
};

/**
 * @param {Incoming} incoming
 * @param {Outgoing} response
 */
async function complete(incoming, response) {
  const body = await bodyOf(incoming);
  const prompt = lastMessage(body);
  const marker = /^\[(\w+)\]/.exec(prompt)?.[1] ?? '';
  asked.push(prompt);
  response.on('close', () => {
    if (!response.writableFinished && marker !== 'drop') closed.push(prompt);
  });
  if (/^\d{3}$/.test(marker)) {
    response.writeHead(Number(marker), { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: `Refused with ${marker}, and the key is ${key}.` } }));
    return;
  }
  if (marker === 'garbage') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(Buffer.concat([Buffer.from('data: <p>\n\n'), Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a, 0x0a])]));
    return;
  }
  const asking = ask(incoming, body, (answer) => {
    begin(answer, response);
    const spoil = SPOILT[marker];
    if (spoil) {
      // The real server goes away when nobody listens any more, or when the spoiler has had enough.
      spoil(answer, response).catch(() => response.destroy());
    } else {
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    }
  });
  // An answer that is over leaves its connection to the next one.
  asking.on('error', () => response.writableEnded || response.destroy());
  response.on('close', () => response.writableFinished || asking.destroy());
}

/**
 * @param {Outgoing} response
 * @param {number} status
 * @param {unknown} value
 */
function tell(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const server = createServer((incoming, response) => {
  if (incoming.url === '/health') return tell(response, address ? 200 : 503, { ready: Boolean(address) });
  if (incoming.url === '/observed') return tell(response, 200, { asked, closed });
  complete(incoming, response).catch(() => response.destroy());
});
server.on('error', (error) => {
  console.error(`The LLM endpoint: ${error.message}`);
  process.exit(1);
});
server.listen(port, '127.0.0.1');
process.stdin.on('end', () => process.exit(0)).resume();
