// The peer's side, in the page: wllama through its public interface, with its own cache.

/** What this model was trained to see around a question; as ours puts it. */
const templated = (system, text) =>
  `<|im_start|>system\n${system}<|im_end|>\n<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`;

/** How alike two vectors of length 1 are. */
const product = (one, other) => one.reduce((sum, value, at) => sum + value * other[at], 0);

const silent = { debug() {}, log() {}, warn() {}, error: console.error };

export class Side {
  /** @param {{ system: string, model: string, threads: number, labels?: string[], load?: object }} options */
  constructor(options) {
    this.options = options;
  }

  /** Fetches what is missing, and starts. Milliseconds, from the first line of script that this side needs. */
  async load() {
    const start = performance.now();
    const { Wllama } = await import('/wllama/index.min.js');
    const wllama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { suppressNativeLog: true, logger: silent });
    // Without help from a content delivery network.
    wllama.setCompat(null);
    const imported = performance.now();
    const address = new URL(this.options.model, location.href).href;
    const model = await wllama.modelManager.getModelOrDownload({ url: address });
    const blobs = await model.open();
    const here = performance.now();
    await wllama.loadModel(blobs, {
      n_threads: this.options.threads,
      n_gpu_layers: 0,
      // As much as ours has. One conversation at a time, which is what it is asked for.
      n_ctx: 2048,
      n_parallel: 1,
      // To its advantage in the time to the first token; the run that warms both up comes before what is timed.
      warmup: false,
      ...this.options.load,
    });
    const ready = performance.now();
    this.wllama = wllama;
    return {
      module_ms: imported - start,
      bytes_ms: here - imported,
      start_ms: ready - here,
      ready_ms: ready - start,
      detail: {
        threads: wllama.getNumThreads(),
        is_multithread: wllama.isMultithread(),
        llama_cpp: Wllama.getLibllamaVersion(),
      },
    };
  }

  /** Answers a prompt. Times are the page's: when what it asked for is there. */
  async write(text, tokens) {
    const start = performance.now();
    const pieces = [];
    const at = [];
    let usage;
    let timings;
    await this.wllama.createCompletion({
      prompt: templated(this.options.system, text),
      max_tokens: tokens,
      n_predict: tokens,
      temperature: 0,
      ignore_eos: true,
      // Each prompt is read whole, each time.
      cache_prompt: false,
      stream: true,
      onData(chunk) {
        usage = chunk.usage ?? usage;
        timings = chunk.timings ?? timings;
        const piece = chunk.choices[0];
        if (piece && !piece.finish_reason) {
          pieces.push(piece.text);
          at.push(performance.now());
        }
      },
    });
    if (at.length === 0) throw new Error('It wrote nothing.');
    if (timings?.cache_n) throw new Error(`It took ${timings.cache_n} tokens of the prompt from its cache.`);
    return {
      prompt_tokens: usage?.prompt_tokens ?? timings?.prompt_n,
      tokens: usage?.completion_tokens ?? timings?.predicted_n ?? at.length,
      pieces,
      first_token_ms: at[0] - start,
      further_ms: at.at(-1) - at[0],
      own: timings && { first_token_ms: timings.prompt_ms, further_ms: timings.predicted_ms },
    };
  }

  async embed(text) {
    const { data, usage } = await this.wllama.createEmbedding({ input: text });
    return { vector: data[0].embedding, tokens: usage.prompt_tokens };
  }

  /** Gets ready to sort: reads the names of the classes. */
  async prepare() {
    const start = performance.now();
    const names = await Promise.all(this.options.labels.map((label) => this.embed(label.replaceAll('_', ' '))));
    this.names = names.map(({ vector }) => vector);
    return { names_ms: performance.now() - start };
  }

  /**
   * Sorts messages by the nearest name of a class (`sorting.mjs` says why so).
   * @param {string[]} messages
   * @param {'single' | 'packed'} way
   */
  async sort(messages, way) {
    const read = [];
    if (way === 'single') for (const text of messages) read.push(await this.nearest(text));
    // What is asked at once it reads at once, as far as its slots go. Of a list in one question it would hand out the
    // last answer only.
    else read.push(...(await Promise.all(messages.map((text) => this.nearest(text)))));
    return { tokens: read.reduce((sum, { tokens }) => sum + tokens, 0), best: read.map(({ best }) => best) };
  }

  async nearest(text) {
    const { vector, tokens } = await this.embed(text);
    const alike = this.names.map((name) => product(vector, name));
    return { best: alike.indexOf(Math.max(...alike)), tokens };
  }

  /** What `createSystemOne`, its own way to choose among named answers, says to this model. */
  async systemOne(text) {
    const criteria = { card: 'It is about a card.', transfer: 'It is about a transfer.' };
    const intent = { type: 'choice', instructions: 'What is the message about?', criteria };
    try {
      const { answers } = await this.wllama.createSystemOne({ state: text, questions: { intent } });
      return `It answered: ${JSON.stringify(answers)}`;
    } catch (error) {
      return error.message;
    }
  }
}
