import { readdir, readFile, writeFile } from 'node:fs/promises';
import { loadBots, botName } from './lib/bots.ts';
import type { BotEntry } from './lib/bots.ts';
import { runCommand } from './lib/args.ts';
import { bundleBots, writeBundles } from './lib/bundle.ts';
import { inRoot } from './lib/paths.ts';

/** A file that defines a bot: nothing else in `bots/` has a default export. */
const DEFINES_BOT = /^export default (operation|subscriber|cron|worker|webhook)\(/m;

/** Every bot below `bots/`, in the order of their names. */
export async function findBots(): Promise<BotEntry[]> {
  const files = (await readdir(inRoot('bots'), { recursive: true })).filter((file) => /^[^.]+\.ts$/.test(file));
  const found: BotEntry[] = [];
  for (const file of files.sort()) {
    if (DEFINES_BOT.test(await readFile(inRoot('bots', file), 'utf8'))) {
      const name = botName(file.replace(/\.ts$/, ''));
      found.push({ name, source: `bots/${file}`, dist: `dist/bots/${name}.js` });
    }
  }
  return found;
}

if (import.meta.main) {
  await runCommand(async () => {
    const list = (await findBots()).map(({ name, source, dist }) => ({ name, id: '', source, dist }));
    await writeFile(inRoot('medplum.config.json'), `${JSON.stringify({ bots: list }, null, 2)}\n`);
    const bots = await loadBots();
    const codeOf = await bundleBots(bots);
    await writeBundles(bots, codeOf);
    for (const { name, dist } of bots) {
      console.log(`${dist}  ${(Buffer.byteLength(codeOf.get(name) ?? '') / 1024).toFixed(0)} KB`);
    }
  });
}
