// Times the small-model runtime and its peer, wllama, in one browser, and writes all that it measured as JSON:
//
//   node bench/slm.mjs --site <folder of the built site> --model <GGUF> --out <file> [--rounds 5] [--sides name,…]
//
// `cargo xtask bench slm` calls it and shows the medians. Each side begins each round in a fresh browser context, whose
// storage is empty, and goes through the same steps there; rounds begin with ours and with the peer in turn.
import { chromium as browsers } from '@playwright/test';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, withWebGpu } from '../chromium.mjs';
import { ourFiles, PEER, serve } from './site.mjs';
import { sizes } from './sizes.mjs';
import { asked, askedOnGpu, MESSAGES, sort, sorters } from './sorting.mjs';

/** On a GPU that a CPU plays, a prompt takes minutes; so few rounds, one short answer each. */
const GPU_ROUNDS = 3;
const TOKENS_ON_GPU = 16;

/**
 * Chromium clears the memory of each workgroup, as the standard wants it, in a loop that software feels. Our kernels
 * write it before they read it; natively it is left as it is (`frontend/slm/src/gpu/kernel.rs`), and with this here too.
 */
const GPU_FLAG = '--enable-dawn-features=disable_workgroup_init';

const { values: given } = parseArgs({
  options: {
    site: { type: 'string' },
    model: { type: 'string' },
    out: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    sides: { type: 'string', default: 'ours,wllama-1,wllama-all,ours-gpu,sorting' },
  },
});
if (!given.site || !given.model || !given.out) {
  console.error('Say what to measure: node bench/slm.mjs --site <folder> --model <GGUF> --out <file>');
  process.exit(2);
}
const rounds = Number(given.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${given.rounds} is no number of rounds.`);
const wanted = given.sides.split(',');
const { system, cases } = JSON.parse(await readFile(new URL('cases.json', import.meta.url), 'utf8'));
const messages = JSON.parse(await readFile(MESSAGES, 'utf8'));
const files = await ourFiles(given.site);
const model = { path: given.model, bytes: (await stat(given.model)).size, sha256: await sha256(given.model) };
const site = await serve({ site: given.site, model });
const threads = cpus().length;

const worker = `/pkg/${files.worker}`;
const wasm = `/pkg/${path.basename(files.builds[0].files[1])}`;
const peer = (count) => ({
  script: '/bench/wllama.js',
  wasm: '/wllama/wasm/wllama.wasm',
  options: { system, model: site.model, threads: count },
});
const SIDES = {
  ours: { script: '/bench/ours.js', wasm, options: { worker, backend: 'cpu' } },
  'wllama-1': peer(1),
  'wllama-all': peer(threads),
};
const OURS_ON_GPU = { script: '/bench/ours.js', wasm, options: { worker, backend: 'gpu' } };
const canSort = wanted.includes('sorting') && files.adapter !== undefined;
const SORTERS = canSort ? sorters({ ours: SIDES.ours, peer, adapter: files.adapter }) : {};
const SORTER_ON_GPU = canSort ? sorters({ ours: OURS_ON_GPU, peer, adapter: files.adapter })['ours-1'] : undefined;

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex');
}

/** Runs something with one side in a page of its own. */
async function inPage(context, side, does, argument) {
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`In the page: ${error.message}`));
  page.on('crash', () => console.error('The page crashed.'));
  try {
    await page.goto(site.address);
    return await page.evaluate(does, { side, argument });
  } finally {
    await page.close();
  }
}

/** Fetching the module is not in it: how long the browser takes to accept it. */
function compile({ side }) {
  return fetch(side.wasm)
    .then((answer) => answer.arrayBuffer())
    .then(async (bytes) => {
      const start = performance.now();
      await WebAssembly.compile(bytes);
      return performance.now() - start;
    });
}

/** A first visit: everything is fetched. Then a run that warms up, then the cases. */
async function visit({ side, argument: cases }) {
  const { Side } = await import(side.script);
  const it = new Side(side.options);
  const load = await it.load();
  const first = await it.write(cases[0].text, cases[0].tokens);
  const runs = [];
  for (const { name, text, tokens } of cases) runs.push({ case: name, ...(await it.write(text, tokens)) });
  return { load, first, runs };
}

/** A later visit: the weights are in this browser. Until the first token of a short prompt. */
async function comeBack({ side, argument: text }) {
  const { Side } = await import(side.script);
  const start = performance.now();
  const it = new Side(side.options);
  const load = await it.load();
  const first = await it.write(text, 1);
  return { load, first, total_ms: load.ready_ms + first.first_token_ms, wall_ms: performance.now() - start };
}

/** All steps of a round, in a context whose storage is empty. */
async function round(browser, side, cases, isWhole) {
  const measured = {};
  if (isWhole) {
    const apart = await browser.newContext();
    measured.compile_ms = await inPage(apart, side, compile);
    await apart.close();
  }
  const context = await browser.newContext();
  Object.assign(measured, await inPage(context, side, visit, cases));
  if (isWhole) {
    measured.cached = await inPage(context, side, comeBack, cases[0].text);
    if (measured.cached.load.from_network) throw new Error('What was cached came from the network again.');
  }
  await context.close();
  return measured;
}

/** Sorts messages, in a context whose storage is empty. */
async function sorted(browser, side, what) {
  const context = await browser.newContext();
  const measured = await inPage(context, side, sort, what);
  await context.close();
  return measured;
}

const started = performance.now();
const say = (line) => console.error(`  ${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
const perSecond = (run) => (((run.tokens - 1) * 1000) / run.further_ms).toFixed(1);

const results = {
  date: new Date().toISOString(),
  browser: undefined,
  node: process.version,
  wllama: JSON.parse(await readFile(path.join(PEER, '../package.json'), 'utf8')).version,
  hardware_threads: threads,
  gpu_flags: [GPU_FLAG],
  model: { bytes: model.bytes, sha256: model.sha256 },
  cases: cases.map(({ name, tokens }) => ({ name, tokens })),
  sizes: await sizes(files),
  sides: {},
  sorting: canSort ? { adapter: files.adapter.name, classes: files.adapter.labels.length, sides: {}, failed: {} } : null,
};
const note = (name, measured, sides = results.sides) => (sides[name] ??= []).push(measured);
const each = ({ messages, ms }) => `${((messages * 1000) / ms).toFixed(1)} messages/s`;
const keep = () => writeFile(given.out, JSON.stringify(results));

try {
  const browser = await browsers.launch(chromium);
  results.browser = browser.version();
  const names = Object.keys(SIDES).filter((name) => wanted.includes(name));
  for (let number = 0; number < rounds; number += 1) {
    for (const name of number % 2 ? names.toReversed() : names) {
      const measured = await round(browser, SIDES[name], cases, true);
      note(name, { round: number, ...measured });
      say(`round ${number + 1} of ${rounds}, ${name}: ${perSecond(measured.runs[0])} tokens/s`);
      await keep();
    }
  }
  const atSorting = Object.keys(SORTERS);
  for (let number = 0; canSort && number < rounds; number += 1) {
    for (const name of number % 2 ? atSorting.toReversed() : atSorting) {
      let measured;
      try {
        measured = await sorted(browser, SORTERS[name], asked(messages));
      } catch (error) {
        // What our own side cannot do is a fault; a peer that cannot is a result.
        if (!name.startsWith('wllama')) throw error;
        results.sorting.failed[name] = String(error instanceof Error ? error.message : error).split('\n')[0];
        say(`round ${number + 1} of ${rounds}, sorting, ${name}: ${results.sorting.failed[name]}`);
        await keep();
        continue;
      }
      note(name, { round: number, ...measured }, results.sorting.sides);
      say(`round ${number + 1} of ${rounds}, sorting, ${name}: ${each(measured.packed)}`);
      await keep();
    }
  }
  await browser.close();
  if (wanted.includes('ours-gpu')) {
    const withGpu = await browsers.launch({ ...withWebGpu, args: [...(withWebGpu.args ?? []), GPU_FLAG] });
    const short = [{ ...cases[0], tokens: TOKENS_ON_GPU }];
    for (let number = 0; number < Math.min(rounds, GPU_ROUNDS); number += 1) {
      const measured = await round(withGpu, OURS_ON_GPU, short, false);
      note('ours-gpu', { round: number, ...measured });
      say(`round ${number + 1}, ours on WebGPU: ${perSecond(measured.runs[0])} tokens/s`);
      if (!canSort) continue;
      const atOnce = await sorted(withGpu, SORTER_ON_GPU, askedOnGpu(messages));
      note('ours-gpu', { round: number, ...atOnce }, results.sorting.sides);
      say(`round ${number + 1}, sorting, ours on WebGPU: ${each(atOnce.packed)}`);
    }
    await withGpu.close();
  }
  await keep();
} finally {
  site.close();
}
