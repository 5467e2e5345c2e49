import AxeBuilder from '@axe-core/playwright';
import type { BrowserContext, Page } from '@playwright/test';

/**
 * What axe finds wrong with a page, one line for each element. On a busy machine it may meet a page between two themes,
 * half of its colours old; what is wrong is still wrong at a second look, once everything is drawn.
 */
export async function violations(page: Page): Promise<string[]> {
  const found = await look(page);
  if (found.length === 0) return found;
  await page.evaluate(async () => {
    const drawn = () => new Promise((next) => requestAnimationFrame(next));
    do {
      await drawn();
      await drawn();
    } while (document.getAnimations().some((animation) => animation.playState === 'running'));
  });
  return look(page);
}

async function look(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id} (${help}): ${node.target.join(' ')}\n${node.failureSummary ?? ''}`),
  );
}

/**
 * Takes every script of ours out of the pages of a context. axe needs JavaScript; this lets it look at a page
 * as it is without.
 */
export async function withoutScripts(context: BrowserContext): Promise<void> {
  await context.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue();
    const response = await route.fetch();
    const html = await response.text();
    const body = html
      .replace(/<script\b[^>]*>[\s\S]*?<\/script>/gi, '')
      .replace(/<link\b[^>]*(?:modulepreload|\.wasm)[^>]*>/gi, '');
    return route.fulfill({ response, body });
  });
}
