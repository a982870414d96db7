import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { backUp, BackupError } from '../server/operate/backup.ts';
import { readArgsWith, runCommand, SettingsError } from './lib/args.ts';
import { dataDirOf } from './lib/settings.ts';

await runCommand(async () => {
  const { subject } = readArgsWith('FILE', {});
  const file = resolve(subject);
  await backUp(dataDirOf(process.env), file).catch((thrown: unknown) => {
    throw thrown instanceof BackupError ? new SettingsError(thrown.message) : thrown;
  });
  console.log(`${file}  ${(statSync(file).size / 1024 / 1024).toFixed(1)} MB`);
});
