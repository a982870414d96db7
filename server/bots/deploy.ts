import { badRequest, ContentType, getReferenceString, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Attachment, Binary, Bot } from '@medplum/fhirtypes';
import type { Repository } from '../fhir/repository.ts';
import type { BinaryContent } from '../http/binary-content.ts';

/** A file of a bot. */
export interface CodeFile {
  contentType: string;
  filename: string;
  code: string;
}

/** Keeps a file as a new Binary: older versions of the bot go on pointing at what they ran. */
export async function storeCode(
  repository: Repository,
  content: BinaryContent,
  { contentType, filename, code }: CodeFile,
): Promise<Attachment> {
  const binary = await repository.createResource<Binary>({ resourceType: 'Binary', contentType });
  await content.attach(binary, await content.keep(Buffer.from(code, 'utf8')));
  return { contentType, url: getReferenceString(binary), title: filename };
}

/** Makes `code` what the bot runs; without code, checks that it has some. */
export async function deployBot(
  repository: Repository,
  content: BinaryContent,
  bot: WithId<Bot>,
  { code, filename }: { code?: string; filename: string },
): Promise<void> {
  if (!code) {
    if (!bot.executableCode?.url) {
      throw new OperationOutcomeError(badRequest('Bot missing executable code'));
    }
    return;
  }
  await repository.withTransaction(async (inside) => {
    const executableCode = await storeCode(inside, content, {
      contentType: ContentType.JAVASCRIPT,
      filename,
      code,
    });
    await inside.updateResource<Bot>({ ...bot, executableCode });
  });
}
