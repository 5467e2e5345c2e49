// Sorting messages into classes: how many a second, one at a time and many at once.
//
// Ours has an adapter beside its weights and scores the adapter's classes. The peer cannot do the same: an adapter is
// named by a path in its file system, and its public interface brings no file there but those of one model. Its
// `createSystemOne`, which chooses among named answers, refuses any file that is no decision model; the results say in
// which words. What is left is an embedding of each message by the untouched model of the same file, and the class whose
// name has the nearest one: one pass over the same tokens as ours, and less work than ours in each layer, where the
// adapter is missing. Any way by prompts would read more: the list of classes, or at least what asks for one of them.
// Whether its answers are any good is not looked at, only how long they take.

/** Messages of our own making, about what customers write to banks; about 13 tokens each. */
export const MESSAGES = new URL('messages.json', import.meta.url);

/** How messages are sorted; `slm-messages` has more ways. */
export const WAYS = ['single', 'packed'];

/** So many workers of ours, and threads of the peer's, in the second comparison. */
const SEVERAL = 2;

/** Messages on a GPU that a CPU plays, and how many warm it up. */
const ON_GPU = { messages: 10, warmUp: 2 };

/** Messages that are sorted before time is taken, in each way. */
const WARM_UP = 10;

/**
 * How the peer is started. The mean of all tokens' states, because for that it reads every message whole: for the last
 * one's it would take the beginning from its cache where it had seen it before. As many at once as ours packs: 10 of 13
 * tokens.
 */
const EMBEDDING = { embeddings: true, pooling_type: 'mean', n_parallel: 1 };

/**
 * Who is compared.
 * @param {{ ours: object, peer: (threads: number) => object, adapter: { address: object, labels: string[] } }} what
 */
export function sorters({ ours, peer, adapter }) {
  const own = (workers) => ({ ...ours, workers, options: { ...ours.options, adapter: adapter.address } });
  const other = (threads) => {
    const side = peer(threads);
    return { ...side, workers: 1, options: { ...side.options, labels: adapter.labels, load: EMBEDDING } };
  };
  return { 'ours-1': own(1), 'wllama-1': other(1), 'ours-2': own(SEVERAL), 'wllama-2': other(SEVERAL) };
}

/** What is asked of a side. */
export const asked = (messages) => ({ messages, ways: WAYS, warmUp: WARM_UP });

/** What is asked of a GPU. */
export const askedOnGpu = (messages) => ({
  messages: messages.slice(0, ON_GPU.messages),
  ways: ['packed'],
  warmUp: ON_GPU.warmUp,
});

/** In the page: starts a side and has each of its workers sort all messages, all of them at the same time. */
export async function sort({ side, argument: { messages, ways, warmUp } }) {
  const { Side } = await import(side.script);
  const workers = Array.from({ length: side.workers }, () => new Side(side.options));
  const prepared = [];
  // One after the other: the first one fetches what the others find kept.
  for (const worker of workers) {
    await worker.load();
    prepared.push(await worker.prepare());
  }
  const timed = async (texts, way) => {
    const start = performance.now();
    const done = await Promise.all(workers.map((worker) => worker.sort(texts, way)));
    const ms = performance.now() - start;
    const tokens = done.reduce((sum, one) => sum + one.tokens, 0);
    return { messages: texts.length * workers.length, tokens, ms, best: done[0].best, together: done[0].together };
  };
  const measured = { prepare: prepared[0] };
  for (const way of ways) await timed(messages.slice(0, warmUp), way);
  for (const way of ways) measured[way] = await timed(messages, way);
  if (workers[0].systemOne) measured.system_one = await workers[0].systemOne(messages[0]);
  return measured;
}
