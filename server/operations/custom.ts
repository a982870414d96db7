import { allOk, badRequest, getExtension, isResource, normalizeOperationOutcome } from '@medplum/core';
import type { OperationOutcome, OperationDefinition, Bot, Resource } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Sessions } from '../auth/session.ts';
import type { BotExecutor } from '../bots/executor.ts';
import { callBot, finished } from '../bots/routes.ts';
import type { BotResult } from '../bots/types.ts';
import type { FhirService, RouteReply, RouteRequest } from '../fhir/service.ts';
import { fhirJson } from '../http/messages.ts';
import { buildOutput } from './output.ts';

const IMPLEMENTATION = 'https://medplum.com/fhir/StructureDefinition/operationDefinition-implementation';

interface CustomOperationOptions {
  sessions: Sessions;
  executor: BotExecutor;
}

/** Lets OperationDefinitions that name a Bot answer what nothing else on the server does. */
export function addCustomOperations(fhir: FhirService, options: CustomOperationOptions): void {
  fhir.setFallback((request) => tryOperation(request, fhir, options));
}

async function tryOperation(
  request: RouteRequest,
  fhir: FhirService,
  { sessions, executor }: CustomOperationOptions,
): Promise<RouteReply | undefined> {
  const parts = request.url.split('/').filter((part) => part !== '');
  const place = parts.findIndex((part) => part.startsWith('$'));
  const definition = place < 0 ? undefined : await findDefinition(request, parts[place]!.slice(1));
  const reference = definition && getExtension(definition, IMPLEMENTATION)?.valueReference?.reference;
  if (!definition || !reference?.startsWith('Bot/')) {
    return undefined;
  }
  // Read as the caller, who must see it, and then as the server, with all that its run needs.
  const { id } = await request.repository.readReference<Bot>({ reference });
  const bot = await fhir.repository(systemContext(request.context.projectId)).readResource<Bot>('Bot', id);
  const input = await inputOf(request, definition, parts, place);
  const result = await executor.execute(await callBot(request, bot, input, sessions));
  return reply(definition, result);
}

/** By its code alone; the caller must be allowed to read it. */
async function findDefinition({ repository }: RouteRequest, code: string): Promise<OperationDefinition | undefined> {
  return repository.searchOne<OperationDefinition>({
    resourceType: 'OperationDefinition',
    filters: [{ code: 'code', operator: 'exact', value: code }],
  });
}

/** The body as it came or, for an operation on instances, the resource instead of it. */
async function inputOf(
  request: RouteRequest,
  definition: OperationDefinition,
  parts: string[],
  place: number,
): Promise<unknown> {
  if (definition.instance && place >= 2) {
    return request.repository.readResource<Resource>(parts[place - 2] as string, parts[place - 1] as string);
  }
  return request.method === 'POST' ? request.body : request.query;
}

/** Whatever a bot throws goes out with status 400: the code of its first issue tells the cases apart. */
function reply(definition: OperationDefinition, { success, log, returnValue }: BotResult): RouteReply {
  if (!success) {
    const outcome: OperationOutcome = isResource<OperationOutcome>(returnValue, 'OperationOutcome')
      ? returnValue
      : badRequest(log);
    return finished(fhirJson(400, outcome));
  }
  try {
    return [allOk, buildOutput(definition, returnValue)];
  } catch (err) {
    return [normalizeOperationOutcome(err)];
  }
}
