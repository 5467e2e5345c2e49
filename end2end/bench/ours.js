// Our side, in the page: the worker that ships, asked through its own messages.

/** The worker's reports, one after the other. */
class Reports {
  constructor(worker) {
    this.waiting = [];
    this.arrived = [];
    worker.onmessage = (event) => this.take({ ...JSON.parse(event.data), at: performance.now() });
    worker.onerror = (event) => this.take({ report: 'failed', sentence: event.message ?? 'The worker failed.' });
  }

  take(report) {
    const waiting = this.waiting.shift();
    if (waiting) waiting(report);
    else this.arrived.push(report);
  }

  async next() {
    const report = this.arrived.shift() ?? (await new Promise((resolve) => this.waiting.push(resolve)));
    if (report.report === 'failed' || report.report === 'unusable') throw new Error(report.sentence);
    return report;
  }

  /** The next one of a kind; the others are let go. */
  async of(kind) {
    for (;;) {
      const report = await this.next();
      if (report.report === kind) return report;
    }
  }
}

export class Side {
  /** @param {{ worker: string, backend: 'cpu' | 'gpu', adapter?: { url: string, sha256: string } }} options */
  constructor(options) {
    this.options = options;
    this.run = 0;
  }

  ask(message) {
    this.worker.postMessage(JSON.stringify(message));
  }

  /** Fetches what is missing, and starts. Milliseconds, from the first line of script that this side needs. */
  async load() {
    const start = performance.now();
    this.worker = new Worker(this.options.worker, { type: 'module' });
    this.reports = new Reports(this.worker);
    const started = await this.reports.of('started');
    this.ask({ ask: 'load', backend: this.options.backend });
    const ready = await this.reports.of('ready');
    if (ready.choice.backend !== this.options.backend) {
      throw new Error(`It runs on ${ready.choice.backend}: ${JSON.stringify(ready.choice)}`);
    }
    const { bytes_ms, from_network, read_ms, test_ms } = ready.times;
    const build_ms = ready.choice.trials.at(-1).build_ms;
    return {
      module_ms: started.at - start,
      bytes_ms,
      from_network,
      start_ms: read_ms + test_ms,
      ready_ms: ready.at - start,
      // Reading, laying out, and the run that compares a known answer and times itself: what the start consists of.
      detail: { build: started.build, read_ms, build_ms, check_ms: test_ms - build_ms, memory: ready.memory },
    };
  }

  /** Answers a prompt. Times are the page's: when what it asked for is there. */
  async write(text, tokens) {
    const run = ++this.run;
    const start = performance.now();
    this.ask({ ask: 'write', run, text, tokens });
    const pieces = [];
    const at = [];
    for (;;) {
      const report = await this.reports.next();
      if (report.report === 'changed') throw new Error(`It changed in the middle: ${JSON.stringify(report)}`);
      if (report.report === 'token') {
        pieces.push(report.text);
        at.push(report.at);
      } else if (report.report === 'written') {
        const { prompt_tokens, token_ms } = report.times;
        return {
          prompt_tokens,
          tokens: at.length,
          pieces,
          first_token_ms: at[0] - start,
          further_ms: at.at(-1) - at[0],
          own: { first_token_ms: token_ms[0], further_ms: token_ms.slice(1).reduce((sum, ms) => sum + ms, 0) },
        };
      }
    }
  }

  async adapt(adapter) {
    const start = performance.now();
    this.ask({ ask: 'adapt', adapter });
    const { at, adapter: facts, times } = await this.reports.of('adapted');
    return { facts, ms: at - start, own: times };
  }

  /** Gets ready to sort: puts the adapter beside the weights, takes it off and puts it on again. */
  async prepare() {
    const { facts, ...first } = await this.adapt(this.options.adapter);
    const { ms: off_ms } = await this.adapt(null);
    const { ms: again_ms } = await this.adapt(this.options.adapter);
    const { name, rank, bytes, labels } = facts;
    return { adapter: { name, rank, bytes, classes: labels.length }, first, off_ms, again_ms };
  }

  /**
   * Sorts messages by the adapter's head.
   * @param {string[]} messages
   * @param {'single' | 'packed'} way
   */
  async sort(messages, way) {
    const run = ++this.run;
    const texts = messages.map((text, id) => ({ id, text }));
    const answers = [];
    this.ask({ ask: 'classify', run, by: { way: 'adapter' }, batch: { batch: way }, texts });
    for (;;) {
      const report = await this.reports.next();
      if (report.report === 'changed') throw new Error(`It changed in the middle: ${JSON.stringify(report)}`);
      if (report.report === 'classified') {
        answers.push(...report.answers);
      } else if (report.report === 'classify_ended') {
        const best = answers.map(({ verdict }) => verdict.top[0].label);
        return { tokens: report.tokens, best, together: Math.max(...answers.map((answer) => answer.together)) };
      }
    }
  }
}
