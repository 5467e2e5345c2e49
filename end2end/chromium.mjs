// How the system's Chromium is started, for the tests and for screenshots.

/** @type {import('@playwright/test').LaunchOptions} */
export const chromium = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    // Tests often run as root, where Chromium has no sandbox; they open nothing but our own pages.
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/**
 * The same with WebGPU, which Chromium computes in software where there is no GPU.
 * @type {import('@playwright/test').LaunchOptions}
 */
export const withWebGpu = { ...chromium, args: [...(chromium.args ?? []), '--enable-unsafe-webgpu'] };
