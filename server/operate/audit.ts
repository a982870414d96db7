import type { AuditEvent, AuditEventEntity, Coding, Reference } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import type { Background } from '../http/background.ts';
import type { Logger } from '../http/log.ts';

const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';

/** What kind of thing happened. */
export const AuditType = {
  authentication: { system: DICOM, code: '110114', display: 'User Authentication' },
  rest: {
    system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
    code: 'rest',
    display: 'Restful Operation',
  },
} as const satisfies Record<string, Coding>;

/** Signing in and out. */
export const AuditSubtype = {
  login: { system: DICOM, code: '110122', display: 'Login' },
  logout: { system: DICOM, code: '110123', display: 'Logout' },
} as const satisfies Record<string, Coding>;

/** FHIR's codes for how something went. */
export const AuditOutcome = { success: '0', minorFailure: '4' } as const;
export type AuditOutcome = (typeof AuditOutcome)[keyof typeof AuditOutcome];

/** Something that happened, as it goes into the audit: ids and codes, no names. */
export interface AuditedEvent {
  projectId: string;
  type: Coding;
  subtype: Coding;
  action?: AuditEvent['action'];
  /** Who did it, or tried to; undefined for nobody that is known. */
  who?: Reference | undefined;
  remoteAddress?: string | null | undefined;
  outcome: AuditOutcome;
  outcomeDesc?: string;
  entity?: AuditEventEntity[];
}

export interface AuditLogOptions {
  baseUrl: string;
  clock: Clock;
  repositories: Repositories;
  background: Background;
  log: Logger;
}

/** Writes AuditEvents behind the answers that they are about: those of one moment in one transaction. */
export class AuditLog {
  private readonly options: AuditLogOptions;
  private waiting: AuditEvent[] = [];

  constructor(options: AuditLogOptions) {
    this.options = options;
  }

  /** Records an event. It is written soon, and before the server stops. */
  record(event: AuditedEvent): void {
    this.waiting.push(this.auditEvent(event));
    if (this.waiting.length === 1) {
      this.options.background.run(() => this.write());
    }
  }

  private async write(): Promise<void> {
    // Whatever the answers of this turn add comes along.
    await new Promise((resolve) => setImmediate(resolve));
    const events = this.waiting;
    this.waiting = [];
    await this.options.repositories(systemContext()).withTransaction(async (repository) => {
      for (const event of events) {
        // One that cannot be written takes none of the others with it.
        await repository
          .withTransaction((own) => own.createResource(event))
          .catch((err: unknown) => this.options.log.error('an AuditEvent was not written', err));
      }
    });
  }

  private auditEvent({ projectId, who, remoteAddress, subtype, ...event }: AuditedEvent): AuditEvent {
    return {
      resourceType: 'AuditEvent',
      meta: { project: projectId },
      ...event,
      subtype: [subtype],
      recorded: new Date(this.options.clock.now()).toISOString(),
      agent: [
        {
          // Without the display: that is a name.
          ...(who?.reference && { who: { reference: who.reference } }),
          requestor: true,
          ...(remoteAddress && { network: { address: remoteAddress, type: '2' } }),
        },
      ],
      source: { observer: { identifier: { value: `${this.options.baseUrl}/` } } },
    };
  }
}
