import { addProject } from '../server/projects/further-project.ts';
import { DataFolderInUseError } from '../server/store/lock.ts';
import { readArgsWith, runCommand, SettingsError } from './lib/args.ts';
import { dataDirOf } from './lib/settings.ts';

await runCommand(async () => {
  const { subject: name } = readArgsWith('NAME', {});
  const made = await addProject(dataDirOf(process.env), name).catch((thrown: unknown) => {
    throw thrown instanceof DataFolderInUseError ? new SettingsError(thrown.message) : thrown;
  });
  console.log(
    [
      `Made the project ${name}. Its administrator client, whose secret is shown this once:`,
      `  Project       ${made.projectId}`,
      `  Client        ${made.clientId}`,
      `  Secret        ${made.clientSecret}`,
      'npm run deploy with MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET installs the layer there.',
    ].join('\n'),
  );
});
