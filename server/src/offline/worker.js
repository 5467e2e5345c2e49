// Keeps the demo's page and its files, so that whoever has the model can also open the page without a network.
//
// Its scope is `/demo`. What it keeps is the page that strangers get, with the headers of that answer: its policy
// allows the nonce that is written in it. A browser may be used by several people, so nobody's name stays behind.
//
// A worker of a page is no part of the page: browsers look for the service worker of its own address. (Some take the
// page's; that is this one too.) So the demo starts its worker from below `/demo`, where it, all that it imports and
// its WebAssembly pass through here. Files below `/pkg` are asked for by the page itself.
//
// To be rid of it: a site that is built without the demo says so on the page, and then this removes what it kept and
// itself. The same does “Remove from this browser”.

const PAGE = '/demo';
const CACHE = 'parsimony-demo';

/** The kept page is fetched anew when it is older than this, in milliseconds: a day. */
const OLD = 24 * 60 * 60 * 1000;

/** When the page was kept, in milliseconds; a header of our own on the kept answer. */
const KEPT_AT = 'x-kept-at';

/** What a proxy answers with when the server is gone. */
const AWAY = [502, 503, 504];

/** A name whose content never changes, as the server tells them: `demo.Zk3vQ0xWmT1b2c.js`. */
const HASHED = /\.[\w-]{8,}\.\w+$/;
/** Below this, files are those of the page or of its worker. */
const FILES = /^\/(pkg|demo\/pkg|fonts)\/|^\/favicon\./;

/** These describe how an answer travelled, and no longer fit once it was read. */
const OF_THE_WAY = ['content-encoding', 'content-length', 'vary'];

/** The addresses of the files that a page needs; `undefined` if it names none. */
const filesOf = (html) => /\sdata-files="([^"]*)"/.exec(html)?.[1].split(' ');

/** Whether the page says that the site has no demo any more. Any other page without files tells nothing. */
const isWithoutDemo = (html) => html.includes('data-demo="none"');

const stranger = { credentials: 'omit', redirect: 'error' };

const found = async (address) => (await caches.open(CACHE)).match(address, { ignoreSearch: true, ignoreVary: true });

/** The page with a note of when it was kept, which its script shows. */
const marked = (html, at) => html.replace('data-kept="no"', `data-kept="${new Date(at).toISOString()}"`);

async function keep() {
  const page = await fetch(PAGE, { ...stranger, cache: 'no-store' });
  const html = await page.text();
  const files = filesOf(html);
  if (!page.ok || !files) throw new Error('The page names no files.');
  const cache = await caches.open(CACHE);
  const there = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  const missing = files.filter((file) => !HASHED.test(file) || !there.has(file));
  // The page comes after its files and before the removal of others, so that whatever is kept is complete.
  await Promise.all(missing.map((file) => cache.add(new Request(file, stranger))));
  const at = Date.now();
  const headers = new Headers(page.headers);
  OF_THE_WAY.forEach((name) => headers.delete(name));
  headers.set(KEPT_AT, String(at));
  await cache.put(PAGE, new Response(marked(html, at), { headers }));
  const wanted = new Set([PAGE, ...files]);
  const others = [...there].filter((address) => !wanted.has(address));
  await Promise.all(others.map((address) => cache.delete(address)));
}

async function leave() {
  await caches.delete(CACHE);
  await registration.unregister();
}

/** After a page came from the site: keeps up with it. */
async function follow(response) {
  if (!response.ok) return;
  const html = await response.text();
  if (isWithoutDemo(html)) return leave();
  const kept = await found(PAGE);
  // Removed by hand: what somebody removed stays removed until they ask for the model again.
  if (!kept) return;
  const isOld = Date.now() - Number(kept.headers.get(KEPT_AT)) > OLD;
  const files = filesOf(html);
  if (files && (isOld || files.join(' ') !== filesOf(await kept.text())?.join(' '))) await keep();
}

async function page(event) {
  let response;
  try {
    response = await fetch(event.request);
  } catch (error) {
    const kept = await found(PAGE);
    if (kept) return kept;
    throw error;
  }
  if (AWAY.includes(response.status)) return (await found(PAGE)) ?? response;
  // Without room or network in the middle, what was kept before is still whole.
  event.waitUntil(follow(response.clone()).catch(() => {}));
  return response;
}

async function file(request, address) {
  if (HASHED.test(address)) return (await found(address)) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await found(address);
    if (kept) return kept;
    throw error;
  }
}

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(keep());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === PAGE) event.respondWith(page(event));
  } else if (FILES.test(pathname)) {
    event.respondWith(file(request, pathname));
  }
});
