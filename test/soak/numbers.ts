import { SettingsError } from '../../scripts/lib/args.ts';

/** A whole number that an option names; anything else is the user's mistake. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new SettingsError(`${name} must be a whole number, not "${text}".`);
  }
  return value;
}
