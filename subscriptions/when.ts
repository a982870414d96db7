/**
 * One row of the event table: a change of a resource, and the bots that it wakes. A Medplum server reads every Subscription
 * of the project for every write there is, so one row says what can be said in one.
 */
export interface Rule {
  readonly resourceType: string;
  /** A search string that the resource must match after the change. */
  readonly criteria: string;
  /** FHIRPath over `%previous` (empty for a create) and `%current` that must be true. */
  readonly condition?: string;
  /** Only this kind of change; any create or update if absent. */
  readonly interaction?: 'create' | 'update' | 'delete';
  /** Names of bots: their files below `bots/`, without the ending. */
  readonly bots: readonly string[];
}

type Event = Omit<Rule, 'resourceType' | 'bots'>;

/** A change of a type of resource, and what it wakes. Reads as a sentence: `when('Slot', created()).run('…')`. */
export function when(resourceType: string, event: Event): { run: (...bots: string[]) => Rule } {
  return { run: (...bots) => ({ resourceType, ...event, bots }) };
}

/** The resource comes into being with one of these statuses, or moves to it. */
export function becomes(...statuses: string[]): Event {
  return {
    criteria: `status=${statuses.join(',')}`,
    condition: '%previous.status.exists().not() or %previous.status != %current.status',
  };
}

/** The resource is created or updated; with a FHIRPath condition, only if that holds. */
export const saved = (condition?: string, criteria = ''): Event => ({ criteria, ...(condition && { condition }) });

/** The resource is created; with a search string, only if it matches. */
export const created = (criteria = ''): Event => ({ criteria, interaction: 'create' });

/** The resource is updated; with a FHIRPath condition, only if that holds. */
export const updated = (condition?: string, criteria = ''): Event => ({
  ...saved(condition, criteria),
  interaction: 'update',
});

/** The resource is deleted; the bot gets its last version. */
export const deleted = (criteria = ''): Event => ({ criteria, interaction: 'delete' });
