import { Alert, Badge, Button, CloseButton, createTheme, DEFAULT_THEME } from '@mantine/core';
import type { CSSVariablesResolver, MantineThemeOverride } from '@mantine/core';

/** @param close - What a button that closes something is called, in the reader's language. */
export const themeOf = (close: string): MantineThemeOverride =>
  createTheme({
    primaryColor: 'cyan',
    primaryShade: 9,
    autoContrast: true,
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    defaultRadius: 'md',
    respectReducedMotion: true,
    components: {
      // Coloured words on a coloured ground are hard to read: the border says the colour, the words stay black or white.
      Alert: Alert.extend({ defaultProps: { variant: 'outline' }, styles: { title: { color: 'inherit' } } }),
      // Words, not codes: as they are written.
      Badge: Badge.extend({ defaultProps: { tt: 'none' } }),
      // Long words, and other languages, take a second line; nothing is cut off.
      Button: Button.extend({
        styles: {
          root: { height: 'auto' },
          // As high as before, borders aside, where one line is enough.
          inner: { height: 'auto', minHeight: 'calc(var(--button-height) - 2px)' },
          label: { whiteSpace: 'normal', lineHeight: 1.35, height: 'auto' },
        },
      }),
      // Of dialogs, drawers and notifications: Mantine's have a cross and no name.
      CloseButton: CloseButton.extend({ defaultProps: { attributes: { root: { 'aria-label': close } } } }),
    },
  });

/** Mantine's darkest shades of these are too light to be text on white. */
const DARK_TEXT: Readonly<Record<string, string>> = {
  yellow: '#7a4b00',
  orange: '#a33c0a',
  lime: '#3f6b0c',
  green: '#1f6e34',
  teal: '#06684e',
  cyan: '#0a5a69',
};

/** Mantine's colours of text, made dark enough on white and light enough on black for WCAG's 4.5 : 1. */
export const contrasts: CSSVariablesResolver = () => {
  const colors = Object.keys(DEFAULT_THEME.colors).filter((name) => name !== 'dark');
  const each = (value: (color: string) => string): Record<string, string> =>
    Object.fromEntries(
      colors.flatMap((color) =>
        ['text', 'outline', 'light-color'].map((use) => [`--mantine-color-${color}-${use}`, value(color)]),
      ),
    );
  return {
    variables: {},
    light: {
      // Darker when pointed at, not lighter: white words stay readable.
      '--mantine-color-cyan-filled-hover': '#095667',
      '--mantine-primary-color-filled-hover': '#095667',
      ...each((color) => DARK_TEXT[color] ?? `var(--mantine-color-${color}-9)`),
      '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
      '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
      '--mantine-color-error': 'var(--mantine-color-red-9)',
    },
    dark: {
      '--mantine-color-cyan-filled-hover': '#095667',
      '--mantine-primary-color-filled-hover': '#095667',
      ...each((color) => `var(--mantine-color-${color}-3)`),
      '--mantine-color-dimmed': 'var(--mantine-color-gray-5)',
      '--mantine-color-placeholder': 'var(--mantine-color-gray-5)',
      '--mantine-color-error': 'var(--mantine-color-red-4)',
    },
  };
};
