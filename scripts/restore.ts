import { resolve } from 'node:path';
import { BackupError, restore } from '../server/operate/backup.ts';
import { DataFolderInUseError } from '../server/store/lock.ts';
import { readArgsWith, runCommand, SettingsError } from './lib/args.ts';
import { dataDirOf } from './lib/settings.ts';

await runCommand(async () => {
  const { subject, args } = readArgsWith('FILE', { force: { type: 'boolean' } });
  const dataDir = dataDirOf(process.env);
  await restore(resolve(subject), dataDir, args).catch((thrown: unknown) => {
    const isMistake = thrown instanceof BackupError || thrown instanceof DataFolderInUseError;
    throw isMistake ? new SettingsError(thrown.message) : thrown;
  });
  console.log(`Restored to ${dataDir}. npm start serves it.`);
});
