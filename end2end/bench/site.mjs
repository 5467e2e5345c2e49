// What both sides are served from: one origin on loopback, the same headers for each.
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Where the peer's package keeps what a browser loads. */
export const PEER = path.join(here, '../node_modules/@wllama/wllama/esm');

const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html', '.json': 'application/json' };

const PAGE = '<!doctype html><html lang="en"><title>Benchmark</title><link rel="icon" href="data:,"></html>';

/** The classes that an adapter's file names (`frontend/slm/src/adapter/file.rs` has its contract). */
async function labels(file) {
  const content = await readFile(file);
  const head = content.subarray(8, 8 + Number(content.readBigUInt64LE(0)));
  return JSON.parse(JSON.parse(head.toString('utf8')).__metadata__.labels);
}

/**
 * The names of our files, as the site's build left them: the worker's script, two files for each build, and the first
 * adapter if there is one.
 */
export async function ourFiles(root) {
  const folder = path.join(root, 'pkg');
  const list = JSON.parse(await readFile(path.join(folder, 'modules.json'), 'utf8'));
  const names = await readdir(folder);
  const builds = ['slm-relaxed-simd', 'slm-simd128'].map((name) => {
    const files = ['js', 'wasm'].map((kind) => {
      const fits = names.filter((file) => file.startsWith(`${name}.`) && file.endsWith(`.${kind}`));
      if (fits.length !== 1) throw new Error(`${folder} should have one file ${name}.*.${kind}, and has ${fits.length}.`);
      return path.join(folder, fits[0]);
    });
    return { name, files };
  });
  const first = list.adapters?.[0];
  const adapter = first && {
    name: first.name,
    address: { url: `/pkg/${first.file}`, sha256: first.sha256 },
    labels: await labels(path.join(folder, first.file)),
  };
  return { worker: list.worker, script: path.join(folder, list.worker), builds, adapter };
}

/**
 * Serves until it is closed.
 * @param {{ site: string, model: { path: string, bytes: number, sha256: string } }} what
 */
export async function serve({ site, model }) {
  const address = `/models/${model.sha256}.gguf`;
  const catalogue = JSON.stringify({
    models: [{ name: path.basename(model.path), bytes: model.bytes, sha256: model.sha256, url: address, licence: null }],
  });
  const folders = { pkg: path.join(site, 'pkg'), wllama: PEER, bench: here };

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(`${request.url}: ${error.message}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });

  async function answer(request, response) {
    const { pathname } = new URL(request.url, 'http://localhost');
    // Both sides get what the peer's threads need; it also makes the clock of both finer.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    if (pathname === '/') return send(response, 'text/html', PAGE);
    if (pathname === '/models') return send(response, 'application/json', catalogue);
    if (pathname === address) return sendModel(request, response);
    const [, first, ...rest] = decodeURIComponent(pathname).split('/');
    const folder = folders[first];
    const file = folder && path.join(folder, ...rest);
    const isFile = file?.startsWith(folder + path.sep) && (await stat(file).catch(() => null))?.isFile();
    if (!isFile) {
      response.writeHead(404);
      return response.end();
    }
    // As a site serves files that are named by their content: kept, and not asked for again.
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    send(response, TYPES[path.extname(file)] ?? 'application/octet-stream', await readFile(file));
  }

  function send(response, type, content) {
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(content) });
    response.end(content);
  }

  /** Whole or in part. Each side has a cache of its own, so that the browser keeps nothing. */
  function sendModel(request, response) {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]), model.bytes - 1) : model.bytes - 1;
    const head = {
      'Content-Type': 'application/octet-stream',
      'Content-Length': end - start + 1,
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-store',
      ETag: `"${model.sha256}"`,
    };
    if (range) head['Content-Range'] = `bytes ${start}-${end}/${model.bytes}`;
    response.writeHead(range ? 206 : 200, head);
    if (request.method === 'HEAD') return response.end();
    createReadStream(model.path, { start, end, highWaterMark: 1 << 20 }).pipe(response);
  }

  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    model: address,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
