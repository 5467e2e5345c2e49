// What a browser has to load before the model: bytes as they are, and as a site would send them.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { PEER } from './site.mjs';

async function size(files) {
  const sum = { bytes: 0, brotli: 0 };
  for (const file of files) {
    const content = await readFile(file);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    sum.bytes += content.length;
    sum.brotli += brotliCompressSync(content, { params }).length;
  }
  return sum;
}

/** JavaScript and wasm: each of our builds with the worker's script, and the peer's smallest set. */
export async function sizes(ours) {
  const found = [];
  for (const { name, files } of ours.builds) found.push({ name, ...(await size([ours.script, ...files])) });
  const peer = ['index.min.js', 'wasm/wllama.wasm'].map((file) => path.join(PEER, file));
  found.push({ name: 'wllama', ...(await size(peer)) });
  return found;
}
