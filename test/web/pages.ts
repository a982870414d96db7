import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { startWebServer } from '../../scripts/lib/web-server.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic, ClinicOptions } from '../clinic.ts';
import { startBrowser } from './browser.ts';
import type { Login } from './people.ts';

/** A viewport as the pages are looked at. */
export const VIEWPORTS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

interface OpenOptions {
  readonly viewport?: keyof typeof VIEWPORTS;
  readonly language?: 'en-US' | 'de-DE';
}

/** A browser to look at pages with. */
interface Windows {
  /** A window of its own (cookies, storage) at a path, with nobody signed in. */
  readonly open: (path?: string, options?: OpenOptions) => Promise<Page>;
  /** A window of somebody who has signed in, at a path. */
  readonly openAs: (login: Login, path?: string, options?: OpenOptions) => Promise<Page>;
}

/** The clinic with its pages, and a browser to look at them. */
export interface ClinicPages extends Windows {
  readonly clinic: Clinic;
  readonly baseUrl: string;
  readonly close: () => Promise<void>;
}

/** Starts the clinic, its pages and a browser, all on the clock of the test: Monday, 2 March 2026, 08:00 in New York. */
export async function startPages(options: ClinicOptions = {}): Promise<ClinicPages> {
  const now = options.now ?? '2026-03-02T13:00:00Z';
  const clinic = await startClinic({ ...options, now });
  const web = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    fhirBaseUrl: `${clinic.server.baseUrl}/`,
    projectId: clinic.server.credentials.projectId,
  });
  const browser = await startBrowser();
  return {
    clinic,
    baseUrl: web.baseUrl,
    ...windowsOf(browser, web.baseUrl, () => new Date(clinic.clock.now())),
    close: async () => {
      await browser.close();
      await web.close();
      await clinic.close();
    },
  };
}

/**
 * Windows of a browser on the pages at an address.
 * @param now - What time it is in them; the machine's time unless given.
 */
export function windowsOf(browser: Browser, baseUrl: string, now?: () => Date): Windows {
  const open: Windows['open'] = async (path = '/', { viewport = 'desktop', language = 'en-US' } = {}) => {
    const page = await newWindow(browser, now, VIEWPORTS[viewport], language);
    await page.goto(`${baseUrl}${path}`);
    return page;
  };
  return {
    open,
    openAs: async (login, path, window) => {
      const page = await open(path, window);
      await signIn(page, login);
      return page;
    },
  };
}

async function newWindow(
  browser: Browser,
  now: (() => Date) | undefined,
  viewport: { readonly width: number; readonly height: number },
  locale: string,
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    locale,
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  if (now) {
    // The browser's date is the clinic's; its timers run.
    await page.clock.setFixedTime(now());
  }
  return page;
}

/** Signs in through the form, as a person does. */
export async function signIn(page: Page, { email, password }: Login): Promise<void> {
  await page.getByRole('textbox', { name: /E-mail|E-Mail/ }).fill(email);
  await page.getByRole('textbox', { name: /Password|Passwort/ }).fill(password);
  await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).click();
  await page.getByRole('button', { name: /^(Account of|Konto von)/ }).waitFor();
}

/** Whether nothing has to be scrolled sideways. */
export const fitsWidth = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth');

/** What axe finds that keeps somebody from using the page (WCAG 2.2 A and AA), one line each. */
export async function seriousProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary}`),
    );
}
