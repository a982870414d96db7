import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { settled, visitorsOf } from './every-page.ts';
import { seriousProblems, startPages } from './pages.ts';
import type { ClinicPages } from './pages.ts';

/**
 * Tests every page of one visitor (`visitorsOf`), in a clinic of its own: each has a file, so that processes share them.
 * @param but - Pages that another visitor has as well are left to that one.
 */
export function checkEveryPageOf(name: string, but?: string): void {
  describe(`every page of ${name}, on a phone`, () => {
    let pages: ClinicPages;

    beforeAll(async () => {
      pages = await startPages();
    });
    afterAll(() => pages.close());

    test('nothing keeps anybody from using it, and nothing is wider than the screen', async () => {
      const visitors = await visitorsOf(pages.clinic);
      const visitor = visitors.find((one) => one.name === name);
      const seen = visitors.find((one) => one.name === but)?.paths ?? [];
      if (!visitor) {
        throw new Error(`There is no visitor ${name}.`);
      }
      const page = await pages.openAs(visitor.login, '/', { viewport: 'phone' });
      const wrong: Record<string, string[]> = {};
      for (const path of visitor.paths.filter((one) => !seen.includes(one))) {
        await page.goto(`${pages.baseUrl}${path}`);
        await settled(page);
        const problems = [...(await seriousProblems(page)), ...(await tooWide(page))];
        if (problems.length > 0) {
          wrong[path] = problems;
        }
      }
      expect(wrong).toEqual({});
    }, 240_000);
  });
}

async function tooWide(page: Page): Promise<string[]> {
  const [content, screen] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  return content > screen ? [`is ${content} wide on a screen of ${screen}`] : [];
}
