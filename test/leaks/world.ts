import { randomUUID } from 'node:crypto';
import { MedplumClient } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AccessPolicy, ClientApplication, Resource, ResourceType } from '@medplum/fhirtypes';
import { TestServer } from '../../server/testing.ts';

/** The types whose resources are hidden and looked for: of the kinds that a clinic keeps. */
export const HIDDEN_TYPES = [
  ...(['Patient', 'Observation', 'Condition', 'Encounter', 'Appointment', 'Task', 'Communication'] as const),
  ...(['DocumentReference', 'CarePlan', 'QuestionnaireResponse'] as const),
];
export type HiddenType = (typeof HIDDEN_TYPES)[number];

/** What is known of a resource, or what somebody who knows nothing might guess. */
export interface Item {
  readonly type: HiddenType;
  readonly id: string;
  readonly version: string;
  /** Stands in an identifier and in a text of the resource, and nowhere else. */
  readonly canary: string;
}

export const SYSTEM = 'urn:careline:canary';

/** A resource of a type that is about a patient, and says a canary. */
export function hiddenResource(type: HiddenType, patient: string, canary: string): Resource {
  const subject = { reference: `Patient/${patient}` };
  const identifier = [{ system: SYSTEM, value: canary }];
  const code = { text: canary };
  switch (type) {
    case 'Patient':
      return { resourceType: type, identifier, active: true, name: [{ family: canary }], birthDate: '1971-02-03' };
    case 'Observation':
      return { resourceType: type, identifier, status: 'final', code, subject, valueString: canary };
    case 'Condition':
      return { resourceType: type, identifier, code, subject };
    case 'Encounter':
      return { resourceType: type, identifier, status: 'finished', class: { code: 'AMB' }, type: [code], subject };
    case 'Appointment': {
      const participant = [{ actor: subject, status: 'accepted' as const }];
      return { resourceType: type, identifier, status: 'proposed', description: canary, participant };
    }
    case 'Task':
      return {
        resourceType: type,
        identifier,
        status: 'requested',
        intent: 'order',
        description: canary,
        for: subject,
      };
    case 'Communication':
      return { resourceType: type, identifier, status: 'completed', subject, payload: [{ contentString: canary }] };
    case 'DocumentReference': {
      const content = [{ attachment: { title: canary } }];
      return { resourceType: type, identifier, status: 'current', subject, content };
    }
    case 'CarePlan':
      return { resourceType: type, identifier, status: 'active', intent: 'plan', title: canary, subject };
    case 'QuestionnaireResponse':
      return {
        resourceType: type,
        identifier: identifier[0],
        status: 'completed',
        subject,
        item: [{ linkId: canary }],
      };
  }
}

/** The parameter that finds a resource by its patient. */
export const PATIENT_PARAMETER: Readonly<Record<HiddenType, string>> = {
  Patient: '_id',
  Observation: 'patient',
  Condition: 'patient',
  Encounter: 'patient',
  Appointment: 'patient',
  Task: 'patient',
  Communication: 'patient',
  DocumentReference: 'patient',
  CarePlan: 'patient',
  QuestionnaireResponse: 'patient',
};

/** Somebody who asks. */
export interface Member {
  readonly name: string;
  readonly profile: { readonly reference: string };
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** Signs in, for what id and secret are not enough for. */
  readonly token: () => Promise<string>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A clinic with a patient whom everybody may see, and one whom only some may. */
export class World {
  readonly server: TestServer;
  readonly seenPatient: string;
  readonly hiddenPatient: string;
  readonly items: ReadonlyMap<HiddenType, Item>;

  private constructor(server: TestServer, seenPatient: string, hiddenPatient: string, items: Map<HiddenType, Item>) {
    this.server = server;
    this.seenPatient = seenPatient;
    this.hiddenPatient = hiddenPatient;
    this.items = items;
  }

  static async build(): Promise<World> {
    const server = await TestServer.start();
    const seen = await server.medplum.createResource({ resourceType: 'Patient', name: [{ family: 'Seen' }] });
    const canary = canaryOf('Patient');
    const hidden = await server.medplum.createResource(hiddenResource('Patient', '', canary) as WithId<Resource>);
    const world = new World(server, seen.id, hidden.id, new Map());
    const bot = await server.bot('async (m, e) => ({ said: JSON.stringify(e.input) })');
    const parameter = [{ name: 'said', use: 'out' as const, min: 0, max: '1', type: 'string' }];
    await server.operation('peek', bot, { instance: true, parameter });
    for (const type of HIDDEN_TYPES) {
      // Each type has one that may be seen, too: an empty answer must not be for want of anything.
      await server.medplum.createResource(hiddenResource(type, seen.id, `visible-${type}`));
      (world.items as Map<HiddenType, Item>).set(
        type,
        type === 'Patient' ? itemOf(hidden, type, canary) : await world.add(type),
      );
    }
    return world;
  }

  /** One more hidden resource. */
  async add(type: HiddenType): Promise<Item> {
    const canary = canaryOf(type);
    const made = await this.server.medplum.createResource(hiddenResource(type, this.hiddenPatient, canary));
    return itemOf(made, type, canary);
  }

  /** A client with a policy, who signs in with every request. */
  async member(
    name: string,
    resource: AccessPolicy['resource'],
    parameters: Record<string, string> = {},
  ): Promise<Member> {
    const { medplum, projectId } = this.server;
    const policy = await medplum.createResource<AccessPolicy>({ resourceType: 'AccessPolicy', name, resource });
    const client = await medplum.post<WithId<ClientApplication>>(`admin/projects/${projectId}/client`, { name });
    const membership = await medplum.searchOne('ProjectMembership', { profile: `ClientApplication/${client.id}` });
    await medplum.post(`admin/projects/${projectId}/members/${membership!.id}`, {
      ...membership,
      access: [
        {
          policy: { reference: `AccessPolicy/${policy.id}` },
          parameter: Object.entries(parameters).map(([key, reference]) => ({
            name: key,
            valueReference: { reference },
          })),
        },
      ],
    });
    return this.as(name, client.id, client.secret as string);
  }

  as(name: string, id: string, secret: string): Member {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    return {
      name,
      profile: { reference: `ClientApplication/${id}` },
      token: async () => {
        const medplum = new MedplumClient({ baseUrl: this.server.server.baseUrl, fetch });
        await medplum.startClientLogin(id, secret);
        return medplum.getAccessToken() as string;
      },
      ask: async (method, path, body, headers = {}) => {
        const response = await fetch(`${this.server.server.baseUrl}/fhir/R4/${path}`, {
          method,
          headers: {
            authorization,
            ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
            ...headers,
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        return { status: response.status, text: await response.text() };
      },
    };
  }

  /** The versions of what is hidden: whoever may not see it must not have changed it. */
  async versions(): Promise<string[]> {
    const found = await Promise.all(
      [...this.items.values()].map(({ type, id }) =>
        this.server.medplum.readResource(type as ResourceType, id, { cache: 'reload' }),
      ),
    );
    return found.map(({ meta }) => meta?.versionId ?? '');
  }
}

/** What somebody who knows nothing might ask for: nothing has this id, version or canary. */
export const guess = (type: HiddenType): Item => ({
  type,
  id: randomUUID(),
  version: randomUUID(),
  canary: canaryOf(type),
});

const canaryOf = (type: HiddenType): string => `canary${type}${randomUUID().replaceAll('-', '')}`;

const itemOf = (resource: WithId<Resource>, type: HiddenType, canary: string): Item => ({
  type,
  id: resource.id,
  version: resource.meta?.versionId ?? '',
  canary,
});
