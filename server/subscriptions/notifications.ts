import { randomUUID } from 'node:crypto';
import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bundle, BundleEntry, Resource, SubscriptionStatus } from '@medplum/fhirtypes';

/** What goes over a WebSocket: bundles that begin with the status of what is listened to. */

/** Says that a connection hears of a Subscription from now on. */
export function handshake(subscriptionId: string, now: Date): Bundle {
  return notification(now, [status(subscriptionId, 'handshake')]);
}

/** Says that a connection still hears of its Subscriptions. */
export function heartbeat(subscriptionIds: readonly string[], now: Date): Bundle {
  return notification(
    now,
    subscriptionIds.map((id) => status(id, 'heartbeat')),
  );
}

/** Tells of one change, with the resource as its reader may see it. */
export function eventNotification(
  subscriptionId: string,
  resource: WithId<Resource>,
  now: Date,
  fhirUrl: string,
): Bundle {
  const event = { eventNumber: '0', timestamp: now.toISOString(), focus: createReference(resource) };
  return notification(now, [
    status(subscriptionId, 'event-notification', { notificationEvent: [event] }),
    { fullUrl: `${fhirUrl}/${resource.resourceType}/${resource.id}`, resource },
  ]);
}

function notification(now: Date, entry: BundleEntry[]): Bundle {
  return { resourceType: 'Bundle', id: randomUUID(), type: 'history', timestamp: now.toISOString(), entry };
}

function status(
  subscriptionId: string,
  type: SubscriptionStatus['type'],
  fields: Partial<SubscriptionStatus> = {},
): BundleEntry {
  const subscription = { reference: `Subscription/${subscriptionId}` };
  return {
    resource: { resourceType: 'SubscriptionStatus', id: randomUUID(), status: 'active', type, subscription, ...fields },
  };
}
