import i18next from 'i18next';
import type { ResourceKey } from 'i18next';
import { initReactI18next } from 'react-i18next';
import common from './en/common.json' with { type: 'json' };
import type { english } from './en/index.ts';
import session from './en/session.json' with { type: 'json' };

/** The languages of the pages. Another one is a folder like `en`, and a line here. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const CHOICE = 'careline-language';
const isLanguage = (code: string | null | undefined): code is Language =>
  code !== null && code !== undefined && code in LANGUAGES;

/** What was chosen in this browser, else the first language of the browser that there is, else English. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(CHOICE);
  const wanted = [chosen, ...navigator.languages.map((tag) => tag.split('-')[0])];
  return wanted.find(isLanguage) ?? 'en';
}

/** All texts of a language at once: what a dialog says must not be waited for, or the page around it would be gone so long. */
const LOAD: Readonly<Record<Language, () => Promise<Record<keyof typeof english, ResourceKey>>>> = {
  en: async () => (await import('./en/index.ts')).english,
  de: async () => (await import('./de/index.ts')).german,
};

/** Loads the texts of the preferred language. */
export async function startTranslations(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    ns: ['common', 'session'],
    defaultNS: 'common',
    // What can be said even where nothing else can be loaded.
    resources: { en: { common, session } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  await showLanguage(preferredLanguage());
}

/** Changes the language of all pages, and of the next visit in this browser. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(CHOICE, language);
  await showLanguage(language);
}

async function showLanguage(language: Language): Promise<void> {
  const texts = await LOAD[language]();
  Object.entries(texts).forEach(([part, some]) => i18next.addResourceBundle(language, part, some));
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
