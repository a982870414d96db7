import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { readArgsWith, runCommand } from '../../scripts/lib/args.ts';
import { buildWebIfStale } from '../../scripts/lib/web-build.ts';
import { settled, visitorsOf } from './every-page.ts';
import type { Visitor } from './every-page.ts';
import { MOMENTS } from './moments.ts';
import { startPages, VIEWPORTS } from './pages.ts';
import type { ClinicPages } from './pages.ts';

type Viewport = keyof typeof VIEWPORTS;
const SIZES = Object.keys(VIEWPORTS) as Viewport[];

/**
 * `npm run screenshots -- FOLDER`: every page of everybody, wide and narrow, in English in the light and in the dark, and
 * in German; then the sign-in page and what pages show after a click.
 */
await runCommand(async () => {
  const { subject: folder } = readArgsWith('FOLDER', {});
  await mkdir(folder, { recursive: true });
  await buildWebIfStale();
  const pages = await startPages();
  const shoot = async (page: Page, words: readonly string[], full = true): Promise<void> => {
    const path = `${folder}/${words.join('-')}.png`;
    await page.screenshot({ path, fullPage: full });
    console.log(path);
  };
  try {
    const visitors = await visitorsOf(pages.clinic);
    for (const viewport of SIZES) {
      const page = await pages.open('/', { viewport });
      await page.getByRole('heading', { level: 1 }).waitFor();
      await shoot(page, ['nobody', 'sign-in', viewport]);
      await page.context().close();
    }
    for (const visitor of visitors) {
      for (const viewport of SIZES) {
        await everyPage(pages, visitor, viewport, shoot);
      }
    }
    for (const viewport of SIZES) {
      for (const { of, name, path, come } of MOMENTS) {
        const visitor = visitors.find((one) => one.name === of) as Visitor;
        const page = await pages.openAs(visitor.login, '/', { viewport });
        await page.goto(`${pages.baseUrl}${withId(path, visitor)}`);
        await settled(page);
        await come(page, pages.clinic);
        await settled(page);
        await shoot(page, [of, 'then', name, viewport], false);
        await page.context().close();
      }
    }
  } finally {
    await pages.close();
  }
});

async function everyPage(
  pages: ClinicPages,
  { name, login, paths }: Visitor,
  viewport: Viewport,
  shoot: (page: Page, words: readonly string[]) => Promise<void>,
): Promise<void> {
  for (const language of ['en-US', 'de-DE'] as const) {
    const page = await pages.openAs(login, '/', { viewport, language });
    for (const path of paths) {
      await page.goto(`${pages.baseUrl}${path}`);
      await settled(page);
      for (const colorScheme of language === 'de-DE' ? (['light'] as const) : (['light', 'dark'] as const)) {
        await page.emulateMedia({ colorScheme });
        // An address of one thing has its id, which is another one every time.
        const words = path.split('/').filter(Boolean);
        const named = words.map((word) => (/\d.*\d/.test(word) ? 'one' : word));
        await shoot(page, [name, ...named, viewport, language === 'de-DE' ? 'german' : colorScheme]);
      }
    }
    await page.context().close();
  }
}

/** `/patients/ID` as the visitor has it. */
function withId(path: string, { paths }: Visitor): string {
  const [start = ''] = path.split('ID');
  const known =
    path.endsWith('/ID') &&
    paths.find((one) => one.startsWith(start) && !one.slice(start.length).includes('/') && /\d/.test(one));
  return known || path;
}
