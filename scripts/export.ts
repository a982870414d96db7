import { resolve } from 'node:path';
import { BackupError } from '../server/operate/backup.ts';
import { exportProject } from '../server/operate/export.ts';
import { readArgsWith, runCommand, SettingsError } from './lib/args.ts';
import { dataDirOf } from './lib/settings.ts';

await runCommand(async () => {
  const { subject } = readArgsWith('FOLDER', {});
  const folder = resolve(subject);
  try {
    for (const [type, count] of Object.entries(exportProject(dataDirOf(process.env), folder))) {
      console.log(`${String(count).padStart(8)}  ${type}`);
    }
  } catch (thrown) {
    throw thrown instanceof BackupError ? new SettingsError(thrown.message) : thrown;
  }
  console.log(`Exported to ${folder}`);
});
