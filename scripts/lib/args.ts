import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';

/** Something that the user set is wrong: one clear line, and exit code 2. */
export class SettingsError extends Error {}

/** Reads the command line; what it does not know is a SettingsError. */
export function readArgs<T extends ParseArgsOptionsConfig>(
  options: T,
): ReturnType<typeof parseArgs<{ options: T }>>['values'] {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (thrown) {
    throw new SettingsError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/**
 * Reads a command line that names one thing besides its options, such as a file.
 * @param what - How a message names the thing: `FILE`.
 */
export function readArgsWith<T extends ParseArgsOptionsConfig>(
  what: string,
  options: T,
): { subject: string; args: ReturnType<typeof parseArgs<{ options: T }>>['values'] } {
  try {
    const { positionals, values } = parseArgs({ options, strict: true, allowPositionals: true });
    const [subject, ...others] = positionals;
    if (subject === undefined || others.length > 0) {
      throw new Error(`Give one ${what}.`);
    }
    return { subject, args: values };
  } catch (thrown) {
    throw new SettingsError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Runs a command; a mistake of the user is one line and exit code 2, anything else exit code 1. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    console.error(thrown instanceof SettingsError ? message : `Failed: ${message}`);
    process.exitCode = thrown instanceof SettingsError ? 2 : 1;
  }
}
