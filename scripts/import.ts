import { resolve } from 'node:path';
import { readArgsWith, runCommand } from './lib/args.ts';
import { signIn } from './lib/client.ts';
import { readCredentials } from './lib/settings.ts';
import { readExport } from './transfer/exported.ts';
import { importInto } from './transfer/import.ts';
import { Ledger } from './transfer/ledger.ts';

await runCommand(async () => {
  const { subject, args } = readArgsWith('FOLDER', { 'base-url': { type: 'string' } });
  const folder = resolve(subject);
  const exported = await readExport(folder);
  const credentials = readCredentials(process.env, args['base-url']);
  const ledger = new Ledger(folder, credentials.baseUrl);
  const report = await importInto(await signIn(credentials), exported, ledger, (text) => console.log(text));
  console.log(`Created ${report.created}, updated ${report.updated}, left out ${report.skipped}.`);
  console.log(`Old and new ids: ${ledger.file}`);
  if (report.refused.length > 0) {
    console.error(report.refused.join('\n'));
    throw new Error(`The server refused ${report.refused.length} resources; what refers to them keeps the old ids.`);
  }
});
