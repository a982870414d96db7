import type { ProjectSetting } from '@medplum/fhirtypes';
import type { Session } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import type { FhirQuota } from '../context.ts';
import { MinuteWindows, rateLimitItem, refuseTooMany } from './window.ts';
import type { Allowance } from './window.ts';

/** Medplum's `defaultFhirQuota`: points of a member in a minute. */
const DEFAULT_POINTS = 50_000;

/** What a whole project may use, as a multiple of what a member may. */
const PROJECT_FACTOR = 10;

/** The FHIR quotas of members and projects, by Medplum's rules. Bots are members. */
export class FhirQuotas {
  private readonly windows: MinuteWindows;

  constructor(clock: Clock) {
    this.windows = new MinuteWindows(clock);
  }

  /** The same session, with what it does counted from now on. `quotaOf` tells what one request left. */
  metered(session: Session): Session & { context: { quota: FhirQuota } } {
    return { ...session, context: { ...session.context, quota: new RequestQuota(this.windows, session) } };
  }
}

class RequestQuota implements FhirQuota {
  private readonly windows: MinuteWindows;
  private readonly session: Session;
  private least: Allowance | undefined;

  constructor(windows: MinuteWindows, session: Session) {
    this.windows = windows;
    this.session = session;
  }

  get header(): string | undefined {
    return this.least && rateLimitItem('fhirInteractions', this.least);
  }

  spend(points: number): void {
    const { project, membership, fhirQuota } = this.session;
    const settings = project.systemSetting;
    const own = fhirQuota ?? setting(settings, 'userFhirQuota')?.valueInteger ?? DEFAULT_POINTS;
    const total = setting(settings, 'totalFhirQuota')?.valueInteger ?? own * PROJECT_FACTOR;
    const enforced = setting(settings, 'enableFhirQuota')?.valueBoolean !== false;
    for (const [key, limit] of [
      [`ProjectMembership/${membership.id}`, own],
      [`Project/${project.id}`, total],
    ] as const) {
      const allowance = this.windows.consume(key, points, limit);
      if (!this.least || allowance.remainingPoints <= this.least.remainingPoints) {
        this.least = allowance;
      }
      if (allowance.exceeded && enforced) {
        refuseTooMany(allowance);
      }
    }
  }
}

function setting(settings: ProjectSetting[] | undefined, name: string): ProjectSetting | undefined {
  return settings?.find((candidate) => candidate.name === name);
}
