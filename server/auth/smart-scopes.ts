import type { AccessPolicy, AccessPolicyResource, Expression, Reference } from '@medplum/fhirtypes';
import type { Session } from './session.ts';

/** One SMART scope: `patient/Observation.rs?category=laboratory`. */
interface SmartScope {
  level: 'patient' | 'user' | 'system';
  resourceType: string;
  /** Letters of `cruds`. */
  may: string;
  criteria: string | undefined;
}

const SCOPE = /^(patient|user|system)\/(\w+|\*)\.(read|write|c?r?u?d?s?|\*)(?:\?(.+))?$/;

/** The letters that the older words stand for. */
const WORDS: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** What the letters let a client do. */
const INTERACTIONS: Readonly<Record<string, NonNullable<AccessPolicyResource['interaction']>>> = {
  c: ['create'],
  r: ['read', 'vread', 'history'],
  u: ['update'],
  d: ['delete'],
  s: ['search'],
};

/** The SMART scopes among those that were asked for. */
export function smartScopes(scope: string): SmartScope[] {
  return scope.split(' ').flatMap((text) => {
    const [, level, resourceType, may, criteria] = SCOPE.exec(text) ?? [];
    const letters = may === undefined ? '' : (WORDS[may] ?? may);
    return letters === ''
      ? []
      : [{ level: level as SmartScope['level'], resourceType: resourceType as string, may: letters, criteria }];
  });
}

/** Is each of the scopes a part of one that was asked for? */
export function isWithin(wanted: string, asked: string): boolean {
  const given = smartScopes(asked);
  return smartScopes(wanted).every((scope) =>
    given.some(
      (candidate) =>
        scope.level === candidate.level &&
        scope.resourceType === candidate.resourceType &&
        [...scope.may].every((letter) => candidate.may.includes(letter)) &&
        (candidate.criteria === undefined || candidate.criteria === scope.criteria),
    ),
  );
}

const narrowed = new WeakMap<Session, Map<string, Session>>();

/**
 * What is left of a member's rights where it signed in with SMART scopes: of what its policy allows, that which a scope
 * allows too. Without any SMART scope all of it is.
 * @param patient - The patient that the app was started for, to whom `patient/` scopes are bound; without one they are not.
 */
export function withinScopes(session: Session, scope: string, patient: Reference | undefined): Session {
  const key = `${patient?.reference} ${scope}`;
  const known = narrowed.get(session)?.get(key);
  if (known) {
    return known;
  }
  const scopes = smartScopes(scope);
  if (scopes.length === 0) {
    return session;
  }
  const policy: AccessPolicy = session.context.accessPolicy ?? {
    resourceType: 'AccessPolicy',
    resource: [{ resourceType: '*' }],
  };
  const resource = (policy.resource ?? []).flatMap((rule) => intersections(rule, scopes, patient));
  // A client that was given a part of somebody's rights is nobody's administrator.
  const context = { ...session.context, admin: false, accessPolicy: { ...policy, resource } };
  const result = { ...session, context };
  narrowed.set(session, (narrowed.get(session) ?? new Map<string, Session>()).set(key, result));
  return result;
}

/**
 * What a Subscription over a hook delivers is what its author may read, long after the sign-in that made it: the scopes would
 * be left behind. Over a WebSocket they hold, as it is bound by a token.
 */
const ONLY_LIVE: Expression = {
  description: 'A sign-in with SMART scopes makes Subscriptions over WebSocket only',
  language: 'text/fhirpath',
  expression: "(%after is Subscription).not() or %after.channel.type = 'websocket'",
};

const hears = (resourceType: string): boolean => resourceType === 'Subscription' || resourceType === '*';

function intersections(
  rule: AccessPolicyResource,
  scopes: readonly SmartScope[],
  patient: Reference | undefined,
): AccessPolicyResource[] {
  return scopes.flatMap((scope) => {
    const both = rule.resourceType === '*' || rule.resourceType === scope.resourceType || scope.resourceType === '*';
    const allowed = [...scope.may].flatMap((letter) => INTERACTIONS[letter] ?? []);
    const own = rule.interaction ?? (rule.readonly ? ['read', 'vread', 'history', 'search'] : undefined);
    const interaction = own ? allowed.filter((name) => own.some((candidate) => candidate === name)) : allowed;
    if (!both || interaction.length === 0) {
      return [];
    }
    const resourceType = rule.resourceType === '*' ? scope.resourceType : rule.resourceType;
    const criteria = [
      rule.criteria?.split('?').slice(1).join('?'),
      scope.criteria,
      scope.level === 'patient' && patient?.reference && `_compartment=${patient.reference}`,
    ].filter(Boolean);
    return [
      {
        ...rule,
        ...(hears(resourceType) && { writeConstraint: [...(rule.writeConstraint ?? []), ONLY_LIVE] }),
        resourceType,
        interaction,
        readonly: undefined,
        criteria: criteria.length > 0 ? `${resourceType}?${criteria.join('&')}` : undefined,
      },
    ];
  });
}
