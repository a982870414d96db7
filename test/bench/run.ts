import { readdir } from 'node:fs/promises';
import { runCommand, SettingsError } from '../../scripts/lib/args.ts';
import { inRoot } from '../../scripts/lib/paths.ts';

const NOT_A_BENCH = ['run.ts', 'embedded.ts', 'lib.ts', 'project.ts', 'server-process.ts'];

/** `npm run bench -- NAME [ARGUMENTS]` runs `test/bench/NAME.ts`. */
await runCommand(async () => {
  const [name, ...args] = process.argv.slice(2);
  const files = await readdir(inRoot('test', 'bench'));
  const known = files.filter((file) => !NOT_A_BENCH.includes(file)).map((file) => file.replace(/\.ts$/, ''));
  if (!name || !known.includes(name)) {
    throw new SettingsError(`npm run bench -- NAME, where NAME is one of: ${known.join(', ')}`);
  }
  const { bench } = (await import(`./${name}.ts`)) as { bench: (args: string[]) => Promise<void> };
  await bench(args);
});
