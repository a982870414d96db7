import type { BotEvent, MedplumClient, WithId } from '@medplum/core';
import type {
  Bot,
  ExtractResource,
  OperationDefinitionParameter,
  Reference,
  Resource,
  ResourceType,
} from '@medplum/fhirtypes';
import { classify, isForLater, Refusal, refuse, throttled, toOutcome } from './outcome.ts';
import { parseInput } from './parameters.ts';
import type { Input, Shape } from './parameters.ts';
import { authorize, identify } from './requester.ts';
import type { Requester, Who } from './requester.ts';
import { settle } from './settle.ts';
import type { Decision } from './writes.ts';

/**
 * What a bot may do with a type of resource. `read`: read, search, history. `create`: that and make new ones.
 * `write`: that and change them. `delete`: all of it.
 */
export type Grant = 'read' | 'create' | 'write' | 'delete';
export type Access = Readonly<Partial<Record<ResourceType, Grant>>>;

/** What every bot declares about itself. Its AccessPolicy, its Bot resource and its place are made from this. */
export interface Declaration {
  /** Its file below `bots/`, without the ending: `scheduling/book`. */
  readonly name: string;
  /** One sentence for whoever sees it in the admin app. */
  readonly description: string;
  readonly access: Access;
  /** Names of the project secrets that it reads. */
  readonly secrets?: readonly string[];
  /** FHIR quota points a minute, where the server's default of 50,000 is too little. */
  readonly quota?: number;
  /** Seconds that a run may take, where the server's default of 10 is too little. */
  readonly timeout?: number;
  /** Whether its membership is an administrator's, for the few things that a server lets nobody else do. */
  readonly admin?: boolean;
}

/** What a run knows beside what it loads. */
export interface Run {
  readonly fhir: MedplumClient;
  readonly now: Date;
  /** Project secrets by name, those that are set. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface OperationRun extends Run {
  readonly requester: Requester;
}

/** How an operation is described to FHIR clients. */
export interface OperationInterface {
  readonly code: string;
  readonly resource: ResourceType;
  readonly parameters: readonly OperationDefinitionParameter[];
}

/** A bot, ready to be bundled and deployed. `handle` is all that runs on the server. */
export interface BotDefinition extends Declaration {
  readonly kind: 'operation' | 'subscriber' | 'cron' | 'worker' | 'webhook';
  readonly operation?: OperationInterface;
  /** Of a cron bot: five fields, UTC. */
  readonly schedule?: string;
  readonly handle: (run: Run, event: BotEvent<unknown>) => Promise<unknown>;
}

/** The answer's type: one resource type for `return`, or several named values. */
export type Returns = ResourceType | Readonly<Record<string, 'integer' | 'boolean' | 'string'>>;

interface OperationHead<S extends Shape> extends Declaration {
  readonly code: string;
  /** The type on which it is called: `Slot` for `Slot/$book`. */
  readonly resource: ResourceType;
  readonly input: S;
  readonly returns: Returns;
  readonly who: Who;
}

interface Decided<S extends Shape, L, T> {
  readonly load: (run: OperationRun, input: Input<S>) => Promise<L>;
  /** Pure: no I/O and no clock but `run.now`. Throws a Refusal where a rule says no. */
  readonly decide: (loaded: L, input: Input<S>, run: OperationRun) => Decision<T>;
}

interface Driven<S extends Shape, T> {
  /** For work of several units: calls `settle` once for each. */
  readonly run: (run: OperationRun, input: Input<S>) => Promise<T>;
}

/**
 * Seconds for an operation. Lost races are made again for eight seconds; the last attempt may take longer than any before it,
 * and who is cut off meanwhile is not told what became of it.
 */
const OPERATION_TIMEOUT = 20;

/** A custom FHIR operation. */
export function operation<S extends Shape, L, T>(
  definition: OperationHead<S> & (Decided<S, L, T> | Driven<S, T>),
): BotDefinition {
  const { code, resource, input: shape, returns, who } = definition;
  return {
    ...declaration(definition),
    timeout: definition.timeout ?? OPERATION_TIMEOUT,
    kind: 'operation',
    operation: { code, resource, parameters: describe(shape, returns) },
    access: { PractitionerRole: 'read', RelatedPerson: 'read', ...definition.access },
    handle: throttledByName(async ({ fhir, now, secrets }, event) => {
      const input = parseInput(shape, event.input);
      const requester = await identify(fhir, event.requester);
      authorize(who, requester);
      const run: OperationRun = { fhir, now, secrets, requester };
      if ('run' in definition) {
        return definition.run(run, input);
      }
      return settle({
        fhir,
        load: () => definition.load(run, input),
        decide: (loaded) => definition.decide(loaded, input, run),
        requestedBy: requester.reference,
      });
    }),
  };
}

/** The quota can be used up before anything is settled; the caller is told so in the same words. */
const throttledByName =
  (handle: BotDefinition['handle']): BotDefinition['handle'] =>
  async (run, event) => {
    try {
      return await handle(run, event);
    } catch (thrown) {
      const outcome = toOutcome(thrown);
      throw thrown instanceof Refusal || classify(outcome) !== 'throttled' ? thrown : throttled(outcome);
    }
  };

/** A bot that a Subscription wakes with a resource that was written. It may come late, twice, or not at all. */
export function subscriber<K extends ResourceType>(
  definition: Declaration & {
    /** The type, or the types, of what wakes it. */
    readonly on: K | readonly K[];
    readonly handle: (run: Run, resource: WithId<ExtractResource<K>>) => Promise<unknown>;
  },
): BotDefinition {
  return {
    ...declaration(definition),
    kind: 'subscriber',
    handle: async (run, event) => {
      const resource = writtenResource(event.input);
      const types: readonly ResourceType[] = [definition.on].flat();
      if (!resource || !types.includes(resource.resourceType)) {
        throw new Error(`${definition.name} is for ${types.join(', ')}, not for ${resource?.resourceType}.`);
      }
      await definition.handle(run, resource as WithId<ExtractResource<K>>);
    },
  };
}

/** A bot that runs by the clock. Every run does what is due and leaves the rest to the next one. */
export function cron(
  definition: Declaration & { readonly schedule: string; readonly handle: (run: Run) => Promise<unknown> },
): BotDefinition {
  return {
    ...declaration(definition),
    kind: 'cron',
    schedule: definition.schedule,
    handle: (run) => definition.handle(run),
  };
}

/** A bot that does what other bots start (`runtime/call.ts`), and answers nobody else: for work that takes long. */
export function worker<S extends Shape>(
  definition: Declaration & { readonly input: S; readonly handle: (run: Run, input: Input<S>) => Promise<unknown> },
): BotDefinition {
  return {
    ...declaration(definition),
    kind: 'worker',
    handle: async (run, event) => {
      if (!event.requester?.reference?.startsWith('Bot/')) {
        refuse('forbidden', 'requester', 'Only other bots may start this one.');
      }
      return definition.handle(run, parseInput(definition.input, event.input));
    },
  };
}

/** What came in from outside. Nobody has said yet who sent it: the bot looks at its signature. */
export interface WebhookRequest {
  /** A form's fields. */
  readonly form: Readonly<Record<string, string>>;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bot: Reference<Bot>;
}

/** A bot that the outside world calls, without signing in. It may come late, twice, or forged. */
export function webhook(
  definition: Declaration & { readonly handle: (run: Run, request: WebhookRequest) => Promise<unknown> },
): BotDefinition {
  return {
    ...declaration(definition),
    kind: 'webhook',
    handle: async (run, { input, headers = {}, bot }) => {
      const fields = Object.entries((input ?? {}) as Record<string, unknown>);
      const form = Object.fromEntries(
        fields.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      ) as Record<string, string>;
      const single = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat()[0]]);
      const request = { form, headers: Object.fromEntries(single) as WebhookRequest['headers'], bot };
      return definition.handle(run, request).catch(askedAgain);
    },
  };
}

/** Who calls a webhook takes a 4xx for final. What may succeed in a minute is a 5xx, after which they call again. */
function askedAgain(thrown: unknown): never {
  if (!isForLater(thrown)) {
    throw thrown;
  }
  const text = 'Too much at once. Call again in a minute.';
  throw Object.assign(new Error(text), {
    outcome: {
      resourceType: 'OperationOutcome',
      id: 'server-timeout',
      issue: [{ severity: 'error', code: 'throttled', details: { text } }],
    },
  });
}

function declaration({ name, description, access, secrets, quota, timeout, admin }: Declaration): Declaration {
  return {
    name,
    description,
    access,
    ...(secrets && { secrets }),
    ...(quota && { quota }),
    ...(timeout && { timeout }),
    ...(admin && { admin }),
  };
}

/** After a delete Medplum hands over `{ deletedResource }`. */
function writtenResource(input: unknown): WithId<Resource> | undefined {
  const value = (input as { deletedResource?: unknown } | undefined)?.deletedResource ?? input;
  return value as WithId<Resource> | undefined;
}

function describe(shape: Shape, returns: Returns): OperationDefinitionParameter[] {
  const taken = Object.entries(shape).map(
    ([name, { type, min, max, documentation }]): OperationDefinitionParameter => ({
      name,
      use: 'in',
      min,
      max,
      type,
      ...(documentation && { documentation }),
    }),
  );
  const outputs = typeof returns === 'string' ? { return: returns } : returns;
  const given = Object.entries(outputs).map(([name, type]): OperationDefinitionParameter => ({
    name,
    use: 'out',
    min: 1,
    max: '1',
    type,
  }));
  return [...taken, ...given];
}
