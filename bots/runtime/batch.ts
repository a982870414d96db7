import type { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';

/**
 * A bot runs beside its server or in the same network, where packing an answer costs both of them more than sending it: on
 * a real server two milliseconds of a booking.
 */
const UNPACKED = { headers: { 'Accept-Encoding': 'identity' } };

/**
 * Sends a batch or a transaction.
 * @returns The answers to its entries, in their order.
 */
export async function send(fhir: MedplumClient, bundle: Bundle): Promise<BundleEntry[]> {
  return (await fhir.executeBatch(bundle, UNPACKED)).entry ?? [];
}
