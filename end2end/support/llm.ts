/** Where the LLM endpoint of the tests listens. */
export const LLM_PORT = '3127';

/** What it takes for a key. No browser may ever see it. */
export const LLM_KEY = 'sk-only-for-tests-on-this-machine';

/** What it calls its model, which is the demo's own. */
export const LLM_MODEL = 'smollm2-135m-instruct';

/** What that is said to cost: a model of the price book that is priced. */
export const LLM_PRICE = 'gpt-4o-mini';

/** Prompts that came to the endpoint, in the words of their last message. */
export interface Observed {
  /** All of them. */
  asked: string[];
  /** Those whose connection the server under test closed before the answer was over. */
  closed: string[];
}

/** What the endpoint has seen so far. */
export async function observed(): Promise<Observed> {
  const answer = await fetch(`http://127.0.0.1:${LLM_PORT}/observed`);
  return (await answer.json()) as Observed;
}
