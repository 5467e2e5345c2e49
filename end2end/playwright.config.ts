import { defineConfig, type Project } from '@playwright/test';
import { chromium, withWebGpu } from './chromium.mjs';
import { LLM_KEY, LLM_MODEL, LLM_PORT, LLM_PRICE } from './support/llm';
import { MAIL_FILE, MAIL_FROM, SMTP_PORT } from './support/mail';
import { OIDC_NAME, OIDC_PORT, OIDC_SECRET } from './support/organisation';
import { ADMIN } from './support/people';

// `cargo xtask test` names a server to start, with an address and a data folder of its own. `BASE_URL` tests a
// site that is served already instead; the tests write to it.
const server = process.env.PARSIMONY_BIN;
const baseURL = process.env.BASE_URL ?? `http://${process.env.PARSIMONY_ADDR ?? '127.0.0.1:3100'}`;

/** What wants WebGPU, which every other project goes without. */
const GPU_ONLY = /\.gpu\.spec\.ts$/;

/** The same project without JavaScript; journeys that only a live page has stay out. */
const ssr = (project: Project): Project => ({
  ...project,
  use: { ...project.use, javaScriptEnabled: false },
  testIgnore: [/\.hydrated\.spec\.ts$/, GPU_ONLY],
});

/** The same project in the name of the first administrator, whom the first project makes. */
const signedIn = (project: Project): Project => ({
  ...project,
  use: { ...project.use, storageState: ADMIN },
  dependencies: ['first administrator'],
});

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  // Below the limit of `cargo xtask test`, so that an overlong run still reports what it found.
  globalTimeout: 58 * 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    baseURL,
    viewport: { width: 1440, height: 900 },
    // Far from the server's: a page that writes dates or numbers in the browser would not match its HTML.
    locale: 'de-DE',
    timezoneId: 'Pacific/Auckland',
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    launchOptions: chromium,
  },
  projects: [
    { name: 'first administrator', testMatch: /\.setup\.ts$/ },
    ssr(signedIn({ name: 'without JavaScript' })),
    signedIn({ name: 'hydrated', testIgnore: GPU_ONLY }),
    signedIn({ name: 'gpu', testMatch: GPU_ONLY, use: { launchOptions: withWebGpu } }),
  ],
  webServer: server
    ? [
        {
          name: 'mail',
          command: 'exec node support/smtp-server.mjs',
          port: Number(SMTP_PORT),
          stdout: 'pipe',
          stderr: 'pipe',
          env: { SMTP_PORT, MAIL_FILE },
        },
        {
          name: 'organisation',
          command: 'exec node support/oidc-provider.mjs',
          url: `http://127.0.0.1:${OIDC_PORT}/.well-known/openid-configuration`,
          stdout: 'ignore',
          stderr: 'ignore',
          env: { OIDC_PORT, OIDC_SECRET, SITE: baseURL },
        },
        {
          name: 'LLM endpoint',
          command: 'exec node support/llm-server.mjs',
          url: `http://127.0.0.1:${LLM_PORT}/health`,
          timeout: 120_000,
          stdout: 'ignore',
          stderr: 'pipe',
          env: { LLM_PORT, LLM_KEY },
        },
        {
          name: 'parsimony',
          command: 'exec node server.mjs',
          url: `${baseURL}/readyz`,
          timeout: 120_000,
          stdout: 'pipe',
          stderr: 'pipe',
          env: {
            PARSIMONY_LOG: process.env.PARSIMONY_LOG ?? 'warn',
            PARSIMONY_LLM_BASE_URL: `http://127.0.0.1:${LLM_PORT}/v1`,
            PARSIMONY_LLM_MODEL: LLM_MODEL,
            PARSIMONY_LLM_API_KEY: LLM_KEY,
            PARSIMONY_LLM_ALLOWED_HOSTS: '127.0.0.1',
            PARSIMONY_LLM_PRICE: LLM_PRICE,
            // The tests are no afternoon of one person's.
            PARSIMONY_LLM_USER_REQUESTS_PER_DAY: '10000',
            PARSIMONY_LLM_USER_TOKENS_PER_DAY: '10000000',
            PARSIMONY_LLM_WORKSPACE_REQUESTS_PER_DAY: '10000',
            PARSIMONY_LLM_WORKSPACE_TOKENS_PER_DAY: '10000000',
            PARSIMONY_OIDC_ISSUER: `http://127.0.0.1:${OIDC_PORT}`,
            PARSIMONY_OIDC_CLIENT_ID: 'parsimony',
            PARSIMONY_OIDC_CLIENT_SECRET: OIDC_SECRET,
            PARSIMONY_OIDC_NAME: OIDC_NAME,
            PARSIMONY_SMTP_URL: `smtp://127.0.0.1:${SMTP_PORT}`,
            PARSIMONY_MAIL_FROM: `${MAIL_FROM.name} <${MAIL_FROM.address}>`,
          },
          gracefulShutdown: { signal: 'SIGTERM', timeout: 60_000 },
        },
      ]
    : undefined,
});
