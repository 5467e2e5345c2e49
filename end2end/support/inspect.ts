import AxeBuilder from '@axe-core/playwright';
import type { BrowserContext, Page } from '@playwright/test';

/** axe's rules about colours. */
export const COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * What axe finds wrong with a page, one line for each element. On a busy machine it may meet a page between two themes,
 * half of its colours old; what is wrong is still wrong at a second look, once everything is drawn. All rules, unless
 * only some are asked for.
 */
export async function violations(page: Page, rules?: string[]): Promise<string[]> {
  const found = await look(page, rules);
  if (found.length === 0) return found;
  await page.evaluate(async () => {
    const drawn = () => new Promise((next) => requestAnimationFrame(next));
    do {
      await drawn();
      await drawn();
    } while (document.getAnimations().some((animation) => animation.playState === 'running'));
  });
  return look(page, rules);
}

async function look(page: Page, rules?: string[]): Promise<string[]> {
  // Describing each of thousands of cells that are as they should be would take most of the time.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
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
